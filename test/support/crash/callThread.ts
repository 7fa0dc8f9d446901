import { parentPort, workerData } from "node:worker_threads";
import { SeededRandom } from "../../../sim/engine/seededRandom.ts";
import { crashAtCall, placesOf, removeFolders, wholeRun } from "./calls.ts";

/** Which store is crashed at how many calls. */
export interface CallsAsked {
  readonly store: string;
  readonly seed: number;
  readonly count: number;
}

/** How many calls hold so far, and in the end how many there were, or what does not hold. */
export type FromCalls =
  | { readonly kind: "holds"; readonly calls: number }
  | { readonly kind: "ended"; readonly text: string; readonly fault: string | null };

const tell = (message: FromCalls): void => parentPort?.postMessage(message);

// A thread that ends processes at calls of their store.

async function run({ store, seed, count }: CallsAsked): Promise<string> {
  const make = placesOf[store];
  if (make === undefined) throw new RangeError(`no store ${store}`);
  const { calls, endState } = await wholeRun(make, seed);
  const { unit } = new SeededRandom(seed, "calls");
  for (let i = 0; i < count; i++) {
    const call = 1 + Math.floor(unit() * calls);
    try {
      await crashAtCall(make, seed, call, endState);
    } catch (error) {
      throw new Error(`moment ${call}: ${error instanceof Error ? error.stack : error}`);
    }
    tell({ kind: "holds", calls: i + 1 });
  }
  return `${count} of ${calls} moments`;
}

const ended = run(workerData as CallsAsked).then(
  (text) => ({ text, fault: null }),
  (error: unknown) => ({ text: "", fault: String(error) }),
);
const { text, fault } = await ended;
removeFolders();
tell({ kind: "ended", text, fault });
process.exit();
