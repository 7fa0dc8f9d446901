import type { Metrics } from "../core/metrics.ts";
import type { Store } from "../flow/store.ts";
import { ReadQueue } from "./readQueue.ts";

/** Reads of the store that anyone may ask for. */
export type PublicStore = Pick<
  Store,
  | "miner"
  | "miners"
  | "minerReasons"
  | "strikesText"
  | "strikeLedger"
  | "vectorText"
  | "weightPlan"
  | "weightPlans"
  | "epoch"
  | "closedEpochs"
  | "logHeads"
  | "logText"
>;

/** Reads that a miner asks for, who has signed. */
export type MinersStore = Pick<Store, "submission">;

/**
 * The store for reads that others ask for: one at a time, apart from what the validator itself reads and writes, refused with
 * `busy` when too many wait. Miners have a queue of their own, so that strangers cannot fill it.
 */
export function queuedReads(store: Store, metrics: Metrics): PublicStore & MinersStore {
  const waiting = metrics.gauge("assay_store_reads_waiting", "Reads of others that wait", ["who"]);
  const refused = metrics.counter("assay_store_reads_refused_total", "Reads of others refused", ["who"]);
  const queueOf = (who: string): ReadQueue =>
    new ReadQueue({ waiting: (count) => waiting.set(count, { who }), refused: () => refused.add({ who }) });
  const [anyone, miners] = [queueOf("anyone"), queueOf("miners")];
  return {
    miner: (hotkey) => anyone.run(() => store.miner(hotkey)),
    miners: (after, limit) => anyone.run(() => store.miners(after, limit)),
    minerReasons: (hotkey) => anyone.run(() => store.minerReasons(hotkey)),
    strikesText: (hotkey) => anyone.run(() => store.strikesText(hotkey)),
    strikeLedger: (before, limit) => anyone.run(() => store.strikeLedger(before, limit)),
    vectorText: (period) => anyone.run(() => store.vectorText(period)),
    weightPlan: (period) => anyone.run(() => store.weightPlan(period)),
    weightPlans: (before, limit) => anyone.run(() => store.weightPlans(before, limit)),
    closedEpochs: (before, limit) => anyone.run(() => store.closedEpochs(before, limit)),
    epoch: (epoch) => anyone.run(() => store.epoch(epoch)),
    logHeads: (epoch) => anyone.run(() => store.logHeads(epoch)),
    logText: (epoch, after) => anyone.run(() => store.logText(epoch, after), true),
    submission: (receiptId) => miners.run(() => store.submission(receiptId)),
  };
}
