import type { DispatchModules } from "../dispatch/ports.ts";
import type { WorkDelta } from "../flow/job.ts";
import type { Judge } from "../judge/judge.ts";

type Resources = DispatchModules["records"];

/** What the dispatcher records, with judge's memory following the store's. */
export function dispatchRecords(store: Resources, judge: Pick<Judge, "seen">): Resources {
  return {
    recordDraws: store.recordDraws.bind(store),
    updateCustomerJob: store.updateCustomerJob.bind(store),
    note: store.note.bind(store),
    setNote: store.setNote.bind(store),
    addWork: async (deltas: readonly WorkDelta[]) => {
      await store.addWork(deltas);
      for (const { hotkey, block } of deltas) judge.seen(hotkey, block);
    },
  };
}
