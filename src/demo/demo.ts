import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Log } from "../core/log.ts";
import { sibling } from "../core/sibling.ts";
import { readHotkey } from "../keys/readHotkey.ts";
import type { ThreadOrders } from "../miner/pull/thread.ts";
import { circuitsHome } from "../miner/push/snarkProver.ts";
import type { PushThreadOrders } from "../miner/push/thread.ts";
import { newTally, refusals, type Tally } from "../miner/tally.ts";
import type { RunningValidator } from "../validator/start.ts";

type Tree = Record<string, unknown>;

const circuit = "hash-chain";

/** A network small enough to watch: 2-second blocks, vectors every 20 s, newcomers earn after 10 s, one proof in five verified. */
const demoSettings: Record<string, Tree> = {
  chain: { kind: "local", block_ms: 2000, tempo: 10 },
  judge: { cold_start_blocks: 5 },
  lanes: {
    groth16: {
      rate: "1/5",
      circuits: [
        {
          id: circuit,
          verification_key: join(circuitsHome, circuit, "verification_key.json"),
          public_inputs: ["x"],
        },
      ],
    },
  },
};

const TABLE_EVERY_MS = 3000;
const STOP_MS = 3000;

/** Lays the demo's settings over a raw configuration. */
export function demoOverride(raw: Tree): void {
  for (const [section, keys] of Object.entries(demoSettings))
    raw[section] = { ...(raw[section] as Tree | undefined), ...keys };
}

/** Proving needs snarkjs, which is installed in a checkout and not part of the package. */
function canProve(): boolean {
  try {
    import.meta.resolve("snarkjs");
    return true;
  } catch {
    return false;
  }
}

interface DemoMiner {
  readonly name: string;
  readonly lane: string;
  readonly hotkey: string;
  readonly worker: Worker;
  readonly cheat: boolean;
  tally: Tally;
}

interface Cast {
  readonly name: string;
  readonly lane: "sat" | "groth16";
  readonly cheat: boolean;
}

const solvers = ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"];
const provers = ["Grace", "Heidi", "Ivan", "Judy"];

/** So many solvers, and half as many provers (three at least); the last of several is a cheat. */
function cast(count: number): Cast[] {
  const troupe = (lane: Cast["lane"], size: number, known: readonly string[], cheat: string): Cast[] =>
    Array.from({ length: size }, (_, i) => {
      const isCheat = size > 1 && i === size - 1;
      return { lane, cheat: isCheat, name: isCheat ? cheat : (known[i] ?? `${lane}-${i + 1}`) };
    });
  const proving = canProve() ? Math.max(3, Math.ceil(count / 2)) : 0;
  return [...troupe("sat", count, solvers, "Mallory"), ...troupe("groth16", proving, provers, "Trudy")];
}

function startThread(url: string, { name, lane, cheat }: Cast): Worker {
  const uri = `//${name}`;
  if (lane === "sat") {
    const workerData: ThreadOrders = { url, uri, lane, cheat };
    return new Worker(sibling(import.meta.url, "../miner/pull/thread"), { workerData });
  }
  const workerData: PushThreadOrders = { url, uri, lane, cheat, capacity: 1 };
  return new Worker(sibling(import.meta.url, "../miner/push/thread"), { workerData });
}

async function startMiner(role: Cast, url: string, log: Log): Promise<DemoMiner> {
  const { name, lane, cheat } = role;
  const worker = startThread(url, role);
  const hotkey = await readHotkey({ source: `//${name}`, chainKind: "local" });
  const miner: DemoMiner = { name, lane, hotkey, worker, cheat, tally: newTally() };
  worker.on("message", (tally: Tally) => {
    miner.tally = tally;
  });
  worker.on("error", (error) => log.error("demo_miner_failed", { name, cause: error.message }));
  return miner;
}

function row(miner: DemoMiner, weight: number, standing: string): string {
  const { accepted, rejected } = miner.tally;
  const cells = [
    `${miner.name}${miner.cheat ? " (cheat)" : ""}`.padEnd(16),
    miner.lane.padEnd(8),
    `${miner.hotkey.slice(0, 8)}…`.padEnd(10),
    String(accepted).padStart(8),
    String(rejected).padStart(9),
    `${(weight * 100).toFixed(1)} %`.padStart(8),
    ` ${standing.padEnd(10)}`,
    `  ${refusals(miner.tally)}`,
  ];
  return cells.join(" ");
}

async function renderTable(miners: readonly DemoMiner[], node: RunningValidator): Promise<string> {
  const weights = new Map((await node.previewWeights()).map((weight) => [weight.hotkey, weight.weight]));
  const signed = await node.latestVector();
  const head = `\nblock ${node.block() ?? "?"}  ${node.url}  signed weights: ${signed === null ? "none yet" : `period ${signed.epoch}`}`;
  const rows = miners.map((miner) =>
    row(miner, weights.get(miner.hotkey) ?? 0, node.standing(miner.hotkey) ?? "-"),
  );
  const columns = `${"miner".padEnd(16)} ${"lane".padEnd(8)} ${"hotkey".padEnd(10)} ${"accepted".padStart(8)} ${"rejected".padStart(9)} ${"weight".padStart(8)}  ${"standing".padEnd(10)}  refused by reason`;
  return [head, columns, ...rows, ""].join("\n");
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
  options: { count: number; node: RunningValidator; print: (text: string) => void },
  modules: { log: Log },
): { close(): Promise<void> } {
  const { count, node, print } = options;
  const roles = cast(count);
  const starting = Promise.all(roles.map((role) => startMiner(role, node.url, modules.log)));
  print(
    `demo: ${roles.length} miners, 2-second blocks, newcomers earn after 5 blocks, provers after 100 answers; Ctrl-C stops\n`,
  );
  if (!roles.some(({ lane }) => lane === "groth16"))
    print("demo: no provers, for snarkjs is not installed: npm install snarkjs@0.7.6\n");
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
