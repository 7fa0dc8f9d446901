import type { Nudges, NudgeTopic } from "../flow/nudges.ts";
import type { Store } from "../flow/store.ts";

/** Who listens in this process. */
export class Listeners implements Nudges {
  readonly #heard = new Map<NudgeTopic, Set<() => void>>();

  listen(topic: NudgeTopic, heard: () => void): () => void {
    const all = this.#heard.get(topic) ?? new Set();
    this.#heard.set(topic, all);
    // Each call counts, also with a function that listens already.
    const one = (): void => heard();
    all.add(one);
    return () => all.delete(one);
  }

  has(topic: NudgeTopic): boolean {
    return (this.#heard.get(topic)?.size ?? 0) > 0;
  }

  tell(topic: NudgeTopic): void {
    for (const heard of this.#heard.get(topic) ?? []) heard();
  }
}

type Telling =
  | "admit"
  | "decide"
  | "endSamples"
  | "suspend"
  | "release"
  | "takeStream"
  | "addCustomerJob"
  | "releaseCustomerJobs";

/** The calls of a store that one process has for itself; they tell its listeners what was committed. */
export function telling(store: Pick<Store, Telling>, listeners: Listeners): Pick<Store, Telling> {
  const told = async <T>(
    topic: NudgeTopic,
    result: Promise<T>,
    isNews: (value: T) => boolean,
  ): Promise<T> => {
    const value = await result;
    if (isNews(value)) listeners.tell(topic);
    return value;
  };
  return {
    admit: (submission) => {
      const result = store.admit(submission);
      // Of a row with a node nobody else need hear.
      if (submission.node || !listeners.has("pending")) return result;
      return told("pending", result, ({ kind }) => kind === "admitted");
    },
    decide: (decision) => {
      const result = store.decide(decision);
      return decision.strike === null ? result : told("standing", result, (ended) => ended !== null);
    },
    endSamples: (ends) => {
      const result = store.endSamples(ends);
      if (ends.every(({ strike }) => strike === null)) return result;
      return told("standing", result, (ended) => ended.length > 0);
    },
    suspend: (suspension) => told("standing", store.suspend(suspension), () => true),
    release: (hotkey, action) => told("standing", store.release(hotkey, action), (ended) => ended > 0),
    takeStream: (hotkey, node) => told("streams", store.takeStream(hotkey, node), () => true),
    addCustomerJob: (job, bounds) =>
      told("jobs", store.addCustomerJob(job, bounds), ({ kind }) => kind === "added"),
    releaseCustomerJobs: (node, jobIds) =>
      told("jobs", store.releaseCustomerJobs(node, jobIds), () => jobIds.length > 0),
  };
}
