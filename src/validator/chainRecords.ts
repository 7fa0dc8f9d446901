import { causeText } from "../core/problems/assayError.ts";
import type { WeightPlan } from "../flow/weightPlan.ts";
import type { StoreSource } from "./storeSource.ts";

/** What the store of a data directory has of weights on their way, whether or not a validator runs there. */
export interface ChainRecords {
  readonly open: readonly WeightPlan[];
  readonly last: WeightPlan | null;
  readonly note: (key: string) => string | null;
  /** Why the store was not read; null when it was. */
  readonly fault: string | null;
}

const none = { open: [], last: null, note: () => null };

/** Never rejects: a store that cannot be read is a fault beside what the chain says. */
export async function readRecords(source: StoreSource, notes: readonly string[]): Promise<ChainRecords> {
  try {
    if (!(await source.exists()))
      return { ...none, fault: "there is no store yet; the first start makes it" };
    const store = await source.openBeside();
    try {
      const open = await store.openWeightPlans();
      const [last = null] = await store.weightPlans(null, 1);
      const kept = new Map<string, string | null>();
      for (const key of notes) kept.set(key, await store.note(key));
      return { open, last, note: (key) => kept.get(key) ?? null, fault: null };
    } finally {
      await store.close();
    }
  } catch (error) {
    return { ...none, fault: causeText(error) };
  }
}
