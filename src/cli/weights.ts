import { readFileSync } from "node:fs";
import { Command } from "commander";
import { ed25519PublicKey, type PublicJwk, verifyDocument } from "../core/ed25519.ts";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import { periodOf, type SignedVector } from "../flow/weights.ts";
import { DEFAULT_URL, integerOption } from "./shared/options.ts";
import { exitCodes, print, table } from "./shared/output.ts";
import { ask } from "./shared/remote.ts";

interface WeightsOptions {
  readonly url: string;
  readonly epoch?: number;
  readonly file?: string;
  readonly keys?: string;
  readonly json?: boolean;
}

function readJson<T>(file: string): T {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as T;
  } catch (error) {
    const why =
      error instanceof SyntaxError
        ? { cause_text: `it is not JSON: ${error.message}`, remedy: "Save it again as it was served." }
        : { cause_text: causeText(error) };
    throw new AssayError({ code: "file_unreadable", file, ...why });
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

async function keysOf({ keys, url }: WeightsOptions): Promise<{ keys: PublicJwk[] }> {
  if (keys !== undefined) return holding(readJson<{ keys: PublicJwk[] }>(keys), "keys", keys);
  return holding(await ask<{ keys: PublicJwk[] }>(url, "/v1/keys"), "keys", url);
}

/** What is wrong with the signature of the vector; null when its key signed it. */
function judgeVector(vector: SignedVector, keys: readonly PublicJwk[]): string | null {
  const jwk = keys.find((key) => key.kid === vector.key_id);
  if (jwk === undefined) return `none of the keys has the id ${vector.key_id}`;
  if (typeof vector.signature !== "string") return "the vector has no signature";
  const key = ed25519PublicKey(Buffer.from(jwk.x, "base64url"));
  return verifyDocument({ ...vector }, key) ? null : "the signature is not valid for that key";
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
    : `${head}\n${table([["hotkey", "uid", "weight", "u16"], ...rows])}`;
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
    new Command("verify").description("Check the signature of a weight vector; exit 1 when it fails."),
  )
    .option("--keys <file>", "read the keys (JWKS) from a file instead of the validator's /v1/keys")
    .action(async (options: WeightsOptions) => {
      const [vector, { keys }] = [await vectorOf(options), await keysOf(options)];
      const fault = judgeVector(vector, keys);
      const verdict = {
        valid: fault === null,
        ...{ period: periodOf(vector), epoch: periodOf(vector) },
        key_id: vector.key_id,
        ...(fault === null ? {} : { fault }),
      };
      print(options.json, verdict, () =>
        fault === null ? `valid: period ${periodOf(vector)}, key ${vector.key_id}` : `invalid: ${fault}`,
      );
      process.exitCode = fault === null ? exitCodes.done : exitCodes.failed;
    });
  return new Command("weights")
    .description("Show and verify signed weight vectors.")
    .addCommand(showCommand)
    .addCommand(verifyCommand)
    .addHelpText(
      "after",
      "\nExamples:\n  assay weights show\n  assay weights verify --file vector.json --keys jwks.json",
    );
}
