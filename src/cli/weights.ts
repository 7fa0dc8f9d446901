import { Command } from "commander";
import { systemClock } from "../core/clock.ts";
import type { DatedJwk } from "../core/ed25519.ts";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import { periodOf, roundingError, type SignedVector } from "../flow/weights.ts";
import { readText } from "../keys/readText.ts";
import { DEFAULT_URL, integerOption } from "./shared/options.ts";
import { exitCodes, print, table } from "./shared/output.ts";
import { ask } from "./shared/remote.ts";
import { judgeVector, verdictText } from "./shared/vectorVerdict.ts";
import { timelineCommand } from "./timeline.ts";

interface WeightsOptions {
  readonly url: string;
  readonly epoch?: number;
  readonly file?: string;
  readonly keys?: string;
  readonly json?: boolean;
}

function readJson<T>(file: string): T {
  const text = readText(file);
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    const cause_text = `it is not JSON: ${causeText(error)}`;
    throw new AssayError({
      ...{ code: "file_unreadable", file, cause_text },
      remedy: "Save it again as it was served.",
    });
  }
}

/** Refuses a document without the list that it is read for. */
function holding<T>(document: T | null, list: keyof T, from: string): T {
  if (typeof document === "object" && document !== null && Array.isArray(document[list])) return document;
  throw new AssayError({
    code: "failed",
    message: `${from} is not the expected document: it has no list "${String(list)}"; check the file or the URL`,
  });
}

async function vectorOf({ file, url, epoch }: WeightsOptions): Promise<SignedVector> {
  if (file !== undefined) return holding(readJson<SignedVector>(file), "weights", file);
  return holding(await ask<SignedVector>(url, `/v1/weights/${epoch ?? "latest"}`), "weights", url);
}

async function keysOf({ keys, url }: WeightsOptions): Promise<{ keys: DatedJwk[] }> {
  if (keys !== undefined) return holding(readJson<{ keys: DatedJwk[] }>(keys), "keys", keys);
  return holding(await ask<{ keys: DatedJwk[] }>(url, "/v1/keys"), "keys", url);
}

/** How far the chain's integers are from the weights. */
function roundingText({ weights }: SignedVector): string {
  const sum = weights.reduce((total, { u16 }) => total + u16, 0);
  const most = (weights.length + 1) / sum;
  return `rounding to u16 changes no share by more than ${roundingError(weights).toExponential(1)} (bound ${most.toExponential(1)})`;
}

function show(vector: SignedVector): string {
  const rows = vector.weights.map((row) => [
    row.hotkey ?? "burn",
    String(row.uid ?? "-"),
    row.weight.toFixed(6),
    String(row.u16),
  ]);
  const head = `period ${periodOf(vector)}  block ${vector.block}  ${vector.network}/${vector.netuid}  key ${vector.key_id}`;
  return rows.length === 0
    ? `${head}\nno hotkey has a weight`
    : `${head}\n${table([["hotkey", "uid", "weight", "u16"], ...rows])}\n${roundingText(vector)}`;
}

function withSource(command: Command): Command {
  return command
    .option("--url <url>", "the validator", DEFAULT_URL)
    .option(
      "--epoch <number>",
      "weighing period (default: the latest)",
      integerOption(0, Number.MAX_SAFE_INTEGER),
    )
    .option("--file <file>", "read the vector from a file instead")
    .option("--json", "print one JSON document");
}

export function weightsCommand(): Command {
  const showCommand = withSource(new Command("show").description("Show a signed weight vector.")).action(
    async (options: WeightsOptions) => {
      const vector = await vectorOf(options);
      print(options.json, vector, () => show(vector));
    },
  );
  const verifyCommand = withSource(
    new Command("verify").description(
      "Check the signature of a weight vector, and say whether it is expired and which key signed it; exit 1 when the signature fails.",
    ),
  )
    .option("--keys <file>", "read the keys (JWKS) from a file instead of the validator's /v1/keys")
    .action(async (options: WeightsOptions) => {
      const [vector, { keys }] = [await vectorOf(options), await keysOf(options)];
      const verdict = judgeVector(vector, keys, systemClock.nowMs());
      print(options.json, verdict, () => verdictText(verdict));
      process.exitCode = verdict.valid ? exitCodes.done : exitCodes.failed;
    });
  return new Command("weights")
    .description("Show and verify signed weight vectors, and how they came to the chain.")
    .addCommand(showCommand)
    .addCommand(verifyCommand)
    .addCommand(timelineCommand())
    .addHelpText(
      "after",
      "\nExamples:\n  assay weights show\n  assay weights verify --file vector.json --keys jwks.json\n  assay weights timeline --limit 10",
    );
}
