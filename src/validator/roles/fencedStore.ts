import type { Fence } from "../../flow/leases.ts";
import type { Store } from "../../flow/store.ts";

/** The writes of the leader. */
export type FencedWrites = Pick<
  Store,
  | "addLogHead"
  | "closeEpoch"
  | "recordIntent"
  | "saveVector"
  | "saveWeightPlan"
  | "setNote"
  | "applyRetention"
  | "saveAlerts"
>;

/**
 * The store with every write of the leader under its fence: a process that is not the leader any more is refused with `fenced_off`,
 * here or in the transaction.
 */
export function fencedStore(
  store: Store,
  require: () => Fence,
  /** The last fence that this process had, whether it holds or not; null for one that never led, which only notes what any may. */
  last: () => Fence | null = require,
): Store {
  const fenced: FencedWrites = {
    addLogHead: async (head) => store.addLogHead(head, require()),
    closeEpoch: async (epoch, key, head, at) => store.closeEpoch(epoch, key, head, at, require()),
    recordIntent: async (vector) => store.recordIntent(vector, require()),
    saveVector: async (vector) => store.saveVector(vector, require()),
    saveWeightPlan: async (plan) => store.saveWeightPlan(plan, require()),
    setNote: async (key, value) => store.setNote(key, value, last() ?? undefined),
    saveAlerts: async (changes) => store.saveAlerts(changes, require()),
    applyRetention: async (bounds) => store.applyRetention(bounds, require()),
  };
  return { ...store, ...fenced };
}
