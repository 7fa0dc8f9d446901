import { parentPort, workerData } from "node:worker_threads";
import { systemClock } from "../../core/clock.ts";
import { systemRandom } from "../../core/random.ts";
import { keypairOfUri } from "../../keys/uri.ts";
import type { MinerTally } from "../tally.ts";
import { runPushMiner } from "./run.ts";

/** What a demo miner of a push lane is told; any message stops it. */
export interface PushThreadOrders {
  readonly url: string;
  readonly uri: string;
  readonly lane: string;
  readonly cheat: boolean;
  readonly capacity: number;
}

// The entry of a demo miner: the same miner as `assay miner --lane groth16`, in a thread that ends with the validator.
const orders = workerData as PushThreadOrders;
const stop = new AbortController();
parentPort?.once("message", () => stop.abort());
await runPushMiner(
  { ...orders, keypair: await keypairOfUri(orders.uri), signal: stop.signal },
  {
    clock: systemClock,
    random: systemRandom,
    changed: (tally: MinerTally) => parentPort?.postMessage(structuredClone(tally)),
  },
);
parentPort?.close();
