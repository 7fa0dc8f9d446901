import type { DispatchModules } from "../../dispatch/ports.ts";
import type { WorkDelta } from "../../flow/job.ts";
import type { Judge } from "../../judge/judge.ts";

type Records = DispatchModules["records"];

/** What the dispatcher records, with judge's memory following the store's. */
export function dispatchRecords(store: Records, judge: Pick<Judge, "seen">): Records {
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
