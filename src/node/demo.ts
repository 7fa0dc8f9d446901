import { Worker } from "node:worker_threads";
import type { Log } from "../core/log.ts";
import { sibling } from "../core/sibling.ts";
import { hotkeyOf } from "./keys/hotkeyOf.ts";
import { newTally, refusals, type Tally } from "./miner/tally.ts";
import type { ThreadOrders } from "./miner/thread.ts";
import type { RunningNode } from "./start.ts";

type Tree = Record<string, unknown>;

/** A network small enough to watch: 2-second blocks, vectors every 20 s, newcomers earn after 10 s. */
const demoSettings: Record<string, Tree> = {
  chain: { kind: "local", block_ms: 2000, tempo: 10 },
  judge: { cold_start_blocks: 5 },
};

const TABLE_EVERY_MS = 3000;
const STOP_MS = 3000;

/** Lays the demo's settings over a raw configuration. */
export function demoOverride(raw: Tree): void {
  for (const [section, keys] of Object.entries(demoSettings))
    raw[section] = { ...(raw[section] as Tree | undefined), ...keys };
}

interface DemoMiner {
  readonly name: string;
  readonly hotkey: string;
  readonly worker: Worker;
  readonly cheat: boolean;
  tally: Tally;
}

const names = ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"];

async function startMiner(index: number, count: number, url: string, log: Log): Promise<DemoMiner> {
  const cheat = count > 1 && index === count - 1;
  const name = cheat ? "Mallory" : (names[index] ?? `Miner${index + 1}`);
  const uri = `//${name}`;
  const orders: ThreadOrders = { url, uri, lane: "sat", cheat };
  const worker = new Worker(sibling(import.meta.url, "miner/thread"), { workerData: orders });
  const miner: DemoMiner = {
    name,
    hotkey: await hotkeyOf({ source: uri, chainKind: "local" }),
    worker,
    cheat,
    tally: newTally(),
  };
  worker.on("message", (tally: Tally) => {
    miner.tally = tally;
  });
  worker.on("error", (error) => log.error("demo_miner_failed", { name, cause: error.message }));
  return miner;
}

function row(miner: DemoMiner, weight: number): string {
  const { accepted, rejected } = miner.tally;
  const cells = [
    `${miner.name}${miner.cheat ? " (cheat)" : ""}`.padEnd(16),
    `${miner.hotkey.slice(0, 8)}…`.padEnd(10),
    String(accepted).padStart(8),
    String(rejected).padStart(9),
    `${(weight * 100).toFixed(1)} %`.padStart(8),
    `  ${refusals(miner.tally)}`,
  ];
  return cells.join(" ");
}

async function renderTable(miners: readonly DemoMiner[], node: RunningNode): Promise<string> {
  const weights = new Map((await node.previewWeights()).map((weight) => [weight.hotkey, weight.weight]));
  const signed = await node.latestVector();
  const head = `\nblock ${node.block() ?? "?"}  ${node.url}  signed weights: ${signed === null ? "none yet" : `period ${signed.epoch}`}`;
  const columns = `${"miner".padEnd(16)} ${"hotkey".padEnd(10)} ${"accepted".padStart(8)} ${"rejected".padStart(9)} ${"weight".padStart(8)}   refused by reason`;
  return [head, columns, ...miners.map((miner) => row(miner, weights.get(miner.hotkey) ?? 0)), ""].join("\n");
}

async function stopMiner(miner: DemoMiner): Promise<void> {
  const gone = new Promise((resolve) => miner.worker.once("exit", resolve));
  miner.worker.postMessage("stop");
  const timer = setTimeout(() => void miner.worker.terminate(), STOP_MS);
  await gone;
  clearTimeout(timer);
}

/** Starts local miners against a running node, the last of several a cheat, and prints a live table every few seconds. */
export function startDemo(
  options: { count: number; node: RunningNode; print: (text: string) => void },
  modules: { log: Log },
): { close(): Promise<void> } {
  const { count, node, print } = options;
  const starting = Promise.all(
    Array.from({ length: count }, (_, index) => startMiner(index, count, node.url, modules.log)),
  );
  print(`demo: ${count} miners, 2-second blocks, newcomers earn after 5 blocks; Ctrl-C stops\n`);
  const show = async (): Promise<void> => print(await renderTable(await starting, node));
  const timer = setInterval(() => {
    show().catch((error: Error) => modules.log.warn("demo_table_failed", { cause: error.message }));
  }, TABLE_EVERY_MS);
  return {
    async close() {
      clearInterval(timer);
      await Promise.all((await starting).map(stopMiner));
    },
  };
}
