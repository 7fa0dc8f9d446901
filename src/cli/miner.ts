import { Command } from "commander";
import { systemClock } from "../core/clock.ts";
import { AssayError } from "../core/problems/assayError.ts";
import { systemRandom } from "../core/random.ts";
import type { Keypair } from "../keys/keypair.ts";
import { type MinerTally, refusals } from "../miner/tally.ts";
import { timeText } from "./shared/blockTime.ts";
import { DEFAULT_URL, integerOption, wordOption } from "./shared/options.ts";
import { stopSignal } from "./shared/stopSignal.ts";

interface MinerCommandOptions {
  readonly url: string;
  readonly key: string;
  readonly lane: "sat" | "groth16";
  readonly capacity: number;
  readonly circuits?: string;
  readonly host: string;
  readonly port?: number;
  readonly json?: boolean;
}

function line(tally: MinerTally): string {
  const { accepted, rejected, submitted, earned } = tally;
  const time = new Date(systemClock.nowMs()).toISOString().slice(11, 19);
  return `${time}  accepted ${accepted}  rejected ${rejected}  submitted ${submitted}  earned ${earned}  refused ${refusals(tally)}  | ${tally.state}`;
}

/** Rewrites one line on a terminal; elsewhere prints a line when the counts changed. */
function liveLine(json: boolean): (tally: MinerTally) => void {
  let last = "";
  return (tally) => {
    const counts = JSON.stringify({ ...tally, state: undefined });
    if (process.stdout.isTTY && !json)
      process.stdout.write(`\r\u001b[K${line(tally).slice(0, process.stdout.columns - 1)}`);
    else if (counts !== last)
      process.stdout.write(`${json ? JSON.stringify({ at: systemClock.nowMs(), ...tally }) : line(tally)}\n`);
    last = counts;
  };
}

async function work(options: MinerCommandOptions, keypair: Keypair, signal: AbortSignal): Promise<void> {
  const { url, lane, capacity, circuits, host, port } = options;
  const changed = liveLine(options.json ?? false);
  const modules = { clock: systemClock, random: systemRandom, changed };
  if (lane === "sat") {
    const { runMiner } = await import("../miner/pull/run.ts");
    return runMiner({ url, keypair, lane, signal, cheat: false }, modules);
  }
  const { runPushMiner } = await import("../miner/push/run.ts");
  const listen = port === undefined ? {} : { listen: { host, port } };
  const from = circuits === undefined ? {} : { circuitsDir: circuits };
  return runPushMiner({ url, keypair, lane, capacity, signal, cheat: false, ...listen, ...from }, modules);
}

/** A validator is an http or https address without query; with anything else no attempt can succeed. */
function checkUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : null;
  const works = url !== null && /^https?:$/.test(url.protocol) && url.search === "" && url.hash === "";
  if (works) return;
  throw new AssayError({
    code: "usage",
    message: `--url: ${text} is not the address of a validator, such as ${DEFAULT_URL}`,
  });
}

async function mine(options: MinerCommandOptions): Promise<void> {
  checkUrl(options.url);
  const { loadKeypair } = await import("../keys/loadKeypair.ts");
  const keypair = await loadKeypair(options.key);
  const stop = new AbortController();
  void stopSignal().then(() => stop.abort());
  const start = `${timeText(systemClock.nowMs())}: mining ${options.lane} as ${keypair.hotkey} at ${options.url}`;
  process.stdout.write(options.json ? "" : `${start}; counts are of this run\n`);
  await work(options, keypair, stop.signal);
  if (process.stdout.isTTY && !options.json) process.stdout.write("\n");
}

export function minerCommand(): Command {
  return new Command("miner")
    .description(
      "Run the reference miner: sat fetches challenges and solves them, groth16 receives jobs and proves them.",
    )
    .requiredOption("--key <file|uri>", "hotkey file, or a development URI such as //Bob")
    .option("--url <url>", "the validator", DEFAULT_URL)
    .option("--lane <lane>", "kind of work: sat or groth16", wordOption("sat", "groth16"), "sat")
    .option("--capacity <jobs>", "jobs to accept at once (groth16)", integerOption(1, 65_536), 2)
    .option("--circuits <folder>", "folder with ID/ID.wasm and ID/ID.zkey of each circuit (groth16)")
    .option(
      "--port <number>",
      "listen at POST /v1/work for the validator instead of opening a stream to it (groth16)",
      integerOption(0, 65_535),
    )
    .option("--host <address>", "address for --port", "127.0.0.1")
    .option("--json", "print one JSON line whenever a count changes")
    .addHelpText(
      "after",
      "\nAfter a refusal it waits as long as Retry-After says; when the validator restarts it reconnects. SIGINT or SIGTERM ends it with status 0.\nThe groth16 lane proves with snarkjs, which is not shipped: npm install snarkjs@0.7.6\n\nExamples:\n  assay keygen --out miner.json && assay miner --key miner.json\n  assay miner --key //Bob --url http://127.0.0.1:8420\n  assay miner --key //Bob --lane groth16 --capacity 4",
    )
    .action(mine);
}
