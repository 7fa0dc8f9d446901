import { parentPort, workerData } from "node:worker_threads";
import { systemClock } from "../../core/clock.ts";
import { systemRandom } from "../../core/random.ts";
import { keypairOfUri } from "../../keys/uri.ts";
import type { MinerTally } from "../tally.ts";
import { runMiner } from "./run.ts";

/** What a demo miner is told; any message stops it. */
export interface ThreadOrders {
  readonly url: string;
  readonly uri: string;
  readonly lane: string;
  readonly cheat: boolean;
}

// The entry of a demo miner: the same miner as `assay miner`, in a thread that ends with the validator.
const orders = workerData as ThreadOrders;
const stop = new AbortController();
parentPort?.once("message", () => stop.abort());
await runMiner(
  { ...orders, keypair: await keypairOfUri(orders.uri), signal: stop.signal },
  {
    clock: systemClock,
    random: systemRandom,
    changed: (tally: MinerTally) => parentPort?.postMessage(structuredClone(tally)),
  },
);
parentPort?.close();
