import { Worker } from "node:worker_threads";
import type { Log } from "../core/log.ts";
import { sibling } from "../core/sibling.ts";
import { readHotkeys } from "../keys/readHotkey.ts";
import { type MinerTally, newMinerTally } from "../miner/tally.ts";
import type { MinerOrders } from "../miner/thread.ts";

const STOP_MS = 3000;
/** How long a miner rests, in times of its work: all together leave the machine room. A prover needs 100 answers for a weight, a solver one. */
const RESTS = { sat: 7, groth16: 1 } as const;

/** Without a bound the young heap of a miner grows whenever that of the validator may. */
const YOUNG_MIB = 8;

/** One miner of the demo, before it is started. */
export interface DemoRole {
  readonly name: string;
  readonly lane: "sat" | "groth16";
  readonly cheat: boolean;
}

export interface DemoMiner extends DemoRole {
  readonly hotkey: string;
  readonly worker: Worker;
  tally: MinerTally;
}

const solvers = ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"];
const provers = ["Grace", "Heidi", "Ivan", "Judy"];

/** Proving needs snarkjs, which is installed in a checkout and not part of the package. */
function canProve(): boolean {
  try {
    import.meta.resolve("snarkjs");
    return true;
  } catch {
    return false;
  }
}

/** `count` solvers, and half as many provers (three at least); the last of several is a cheat. */
export function demoRoles(count: number): DemoRole[] {
  const group = (lane: DemoRole["lane"], size: number, known: readonly string[], cheat: string): DemoRole[] =>
    Array.from({ length: size }, (_, i) => {
      const isCheat = size > 1 && i === size - 1;
      return { lane, cheat: isCheat, name: isCheat ? cheat : (known[i] ?? `${lane}-${i + 1}`) };
    });
  const proving = canProve() ? Math.max(3, Math.ceil(count / 2)) : 0;
  return [...group("sat", count, solvers, "Mallory"), ...group("groth16", proving, provers, "Trudy")];
}

const uriOf = ({ name }: DemoRole): string => `//${name}`;

/** One miner for each role. */
export async function startMiners(
  roles: readonly DemoRole[],
  url: string,
  log: Log,
): Promise<readonly DemoMiner[]> {
  const hotkeys = await readHotkeys(roles.map((role) => ({ source: uriOf(role), chainKind: "local" })));
  return roles.flatMap((role, i) => {
    const hotkey = hotkeys[i];
    return hotkey === undefined ? [] : [startMiner(role, hotkey, url, log)];
  });
}

function startMiner(role: DemoRole, hotkey: string, url: string, log: Log): DemoMiner {
  const { name, lane, cheat } = role;
  const uri = uriOf(role);
  const workerData: MinerOrders = { url, uri, lane, cheat, rests: RESTS[lane] };
  const worker = new Worker(sibling(import.meta.url, "../miner/thread"), {
    workerData,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
  });
  const miner: DemoMiner = { ...role, hotkey, worker, tally: newMinerTally() };
  worker.on("message", (tally: MinerTally) => {
    miner.tally = tally;
  });
  worker.on("error", (error) => log.error("demo_miner_failed", { name, cause: error.message }));
  return miner;
}

export async function stopMiner({ worker }: DemoMiner): Promise<void> {
  const gone = new Promise((resolve) => worker.once("exit", resolve));
  worker.postMessage("stop");
  const timer = setTimeout(() => void worker.terminate(), STOP_MS);
  await gone;
  clearTimeout(timer);
}
