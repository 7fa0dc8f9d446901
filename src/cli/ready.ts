import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { systemClock } from "../core/clock.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { Readiness } from "../http/handlers.ts";
import { DEFAULT_URL, integerOption } from "./shared/options.ts";
import { print } from "./shared/output.ts";
import { ask } from "./shared/remote.ts";

interface ReadyOptions {
  readonly url: string;
  readonly wait?: boolean;
  readonly timeout: number;
  readonly json?: boolean;
}

const LOOK_MS = 250;

function faultsOf({ checks }: Readiness): string {
  return checks.flatMap(({ name, ok, detail }) => (ok ? [] : [`${name}: ${detail ?? "fails"}`])).join("; ");
}

/** A validator that is not ready answers 503 with the same document. */
const readiness = ({ url }: ReadyOptions) => ask<Readiness>(url, "/readyz", { readsToo: 503 });

/** While it starts nothing listens yet. */
async function waited(options: ReadyOptions): Promise<Readiness> {
  const until = systemClock.monotonicMs() + options.timeout * 1000;
  for (;;) {
    const isLast = systemClock.monotonicMs() >= until;
    const found = await readiness(options).catch((error: unknown) => {
      if (isLast || !(error instanceof AssayError && error.code === "unreachable")) throw error;
      return null;
    });
    if (found?.ready || (found !== null && isLast)) return found;
    await sleep(LOOK_MS);
  }
}

async function run(options: ReadyOptions): Promise<void> {
  const { ready, checks } = await (options.wait ? waited(options) : readiness(options));
  if (!ready)
    throw new AssayError({
      code: "failed",
      message: `the validator is not ready: ${faultsOf({ ready, checks })}`,
    });
  print(options.json, { ready, checks }, () => "the validator is ready");
}

/** The health gate of an upgrade. */
export function readyCommand(): Command {
  return new Command("ready")
    .description("Say with the exit status whether a running validator is ready for work.")
    .option("--url <url>", "the validator", DEFAULT_URL)
    .option("--wait", "wait until it is, also while nothing listens yet")
    .option("--timeout <seconds>", "with --wait: the longest wait", integerOption(1, 86_400), 60)
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      "\nExits 0 when every check of /readyz holds, else 1 with those that fail.\n\nExample:\n  systemctl restart assay && assay ready --wait",
    )
    .action(run);
}
