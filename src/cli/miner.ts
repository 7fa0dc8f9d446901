import { Command } from "commander";
import { systemChance } from "../core/chance.ts";
import { systemClock } from "../core/clock.ts";
import { refusals, type Tally } from "../node/miner/tally.ts";
import { DEFAULT_URL, oneOf } from "./options.ts";

interface MinerCommandOptions {
  readonly url: string;
  readonly key: string;
  readonly lane: "sat";
  readonly json?: boolean;
}

function line(tally: Tally): string {
  const { accepted, rejected, submitted, earned } = tally;
  return `accepted ${accepted}  rejected ${rejected}  submitted ${submitted}  earned ${earned}  refused ${refusals(tally)}  | ${tally.state}`;
}

/** Rewrites one line on a terminal; elsewhere prints a line when the counts changed. */
function liveLine(json: boolean): (tally: Tally) => void {
  let last = "";
  return (tally) => {
    const counts = JSON.stringify({ ...tally, state: undefined });
    if (process.stdout.isTTY && !json)
      process.stdout.write(`\r\u001b[K${line(tally).slice(0, process.stdout.columns - 1)}`);
    else if (counts !== last) process.stdout.write(`${json ? JSON.stringify(tally) : line(tally)}\n`);
    last = counts;
  };
}

async function mine(options: MinerCommandOptions): Promise<void> {
  const { loadKeypair } = await import("../node/keys/loadKeypair.ts");
  const { runMiner } = await import("../node/miner/run.ts");
  const keypair = await loadKeypair(options.key);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  process.stdout.write(options.json ? "" : `mining ${options.lane} as ${keypair.hotkey} at ${options.url}\n`);
  const changed = liveLine(options.json ?? false);
  await runMiner(
    { url: options.url, keypair, lane: options.lane, signal: stop.signal, cheat: false },
    { clock: systemClock, chance: systemChance, changed },
  );
  if (process.stdout.isTTY && !options.json) process.stdout.write("\n");
}

export function minerCommand(): Command {
  return new Command("miner")
    .description("Run the reference miner: fetch challenges, solve them, submit the answers.")
    .requiredOption("--key <file|uri>", "hotkey file, or a development URI such as //Bob")
    .option("--url <url>", "the validator", DEFAULT_URL)
    .option("--lane <lane>", "kind of work", oneOf("sat"), "sat")
    .option("--json", "print one JSON line whenever a count changes")
    .addHelpText(
      "after",
      "\nIt waits as Retry-After says, and keeps going through a restart of the validator. SIGINT or SIGTERM ends it with status 0.\n\nExamples:\n  assay keygen --out miner.json && assay miner --key miner.json\n  assay miner --key //Bob --url http://127.0.0.1:8420",
    )
    .action(mine);
}
