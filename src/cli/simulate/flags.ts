import type { Command } from "commander";
import { integerOption } from "../shared/options.ts";
import { exitCodes, note, print } from "../shared/output.ts";
import type { RunOrder, SimulatorOutput } from "./simulator.ts";

// What one run and a campaign have in common.

export interface SharedFlags {
  rate?: string;
  strikes?: number;
  windowBlocks?: number;
  suspensionTempos?: number;
  duration?: string;
  out?: string;
  force?: boolean;
  json?: boolean;
}

export function runOrder(scenario: string, flags: SharedFlags): RunOrder {
  const { rate, strikes, windowBlocks, suspensionTempos, duration, out = null, force = false } = flags;
  const overrides = {
    ...(rate === undefined ? {} : { rate }),
    ...(strikes === undefined ? {} : { strikes }),
    ...(windowBlocks === undefined ? {} : { window_blocks: windowBlocks }),
    ...(suspensionTempos === undefined ? {} : { suspension_tempos: suspensionTempos }),
    ...(duration === undefined ? {} : { duration }),
  };
  return { scenario, overrides, out, force };
}

export function withSharedFlags(command: Command): Command {
  return command
    .option("--rate <fraction>", "sample rate of every validator instead of the scenario's, such as 20/500")
    .option("--strikes <count>", "strikes that suspend a miner", integerOption(1, 1000))
    .option("--window-blocks <count>", "blocks within which strikes count", integerOption(1, 10_000_000))
    .option("--suspension-tempos <count>", "tempos that a suspension lasts", integerOption(1, 100_000))
    .option("--duration <time>", "simulated time instead of the scenario's, such as 12h or 30d")
    .option("--out <folder>", "folder to write the results to; results that it holds are not replaced")
    .option("--force", "replace earlier results in the folder of --out")
    .option("--json", "print one JSON document");
}

/** Prints the result and sets the exit status. */
export function finish(
  { json, out }: SharedFlags,
  { document, text }: SimulatorOutput,
  isGood: boolean,
): void {
  print(json, document, () => text);
  if (out !== undefined) note(`written to ${out}`);
  if (!isGood) process.exitCode = exitCodes.failed;
}
