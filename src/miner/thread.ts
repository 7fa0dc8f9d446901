import { parentPort, workerData } from "node:worker_threads";
import { systemClock } from "../core/clock.ts";
import { systemRandom } from "../core/random.ts";
import { keypairOfUri } from "../keys/uri.ts";
import { Pace } from "./pace.ts";
import type { MinerTally } from "./tally.ts";

/** The order for a demo miner; any message stops it. */
export interface MinerOrders {
  readonly url: string;
  readonly uri: string;
  readonly lane: "sat" | "groth16";
  readonly cheat: boolean;
  /** How long it rests between two answers, in times of the work for the last one. */
  readonly rests: number;
}

// The entry of a demo miner: the same miner as `assay miner`, in a thread that ends with the validator.
const orders = workerData as MinerOrders;
const stop = new AbortController();
parentPort?.once("message", () => stop.abort());
const options = { ...orders, keypair: await keypairOfUri(orders.uri), signal: stop.signal };
const modules = {
  clock: systemClock,
  random: systemRandom,
  pace: new Pace(orders.rests, { clock: systemClock }),
  changed: (tally: MinerTally) => parentPort?.postMessage(structuredClone(tally)),
};
// A thread loads only the miner that it runs.
if (orders.lane === "sat") await (await import("./pull/run.ts")).runMiner(options, modules);
else await (await import("./push/run.ts")).runPushMiner({ ...options, capacity: 1 }, modules);
parentPort?.close();
