import type { Decision, NewSubmission } from "../../../src/flow/submission.ts";
import { leaderCalls } from "./leaseRules.ts";
import type { Mutant } from "./run.ts";

/** Checks no fence: what a leader of the past writes takes effect. */
export const noFence: Mutant = {
  store: (store, name, args) => {
    const position = leaderCalls[name];
    return store.run(name, position === undefined ? args : args.slice(0, position));
  },
};

/** Takes the verdict of any node, no matter which owns the row. */
export const noOwner: Mutant = {
  store: (store, name, args) => {
    if (name !== "decide") return store.run(name, args);
    const { node: _, ...decision } = args[0] as Decision;
    return store.run(name, [decision]);
  },
};

/** How long an admission goes unseen by others, ms. */
const UNSEEN_MS = 300;

/** Admits without a lock: of two answers at the same time neither sees the other. */
export function noRowLock(): Mutant {
  let recent: { readonly at: number; readonly id: number }[] = [];
  return {
    store: (store, name, args) => {
      if (name !== "admit") return store.run(name, args);
      const { db, clock } = store;
      const at = clock.nowMs();
      recent = recent.filter((one) => one.at > at - UNSEEN_MS);
      const named = db.prepare("UPDATE submissions SET lane = ? WHERE id = ? AND lane = ?");
      const { lane } = args[0] as NewSubmission;
      for (const { id } of recent) named.run(`unseen ${lane}`, id, lane);
      const result = store.run(name, args);
      for (const { id } of recent) named.run(lane, id, `unseen ${lane}`);
      const id = Number(db.prepare("SELECT max(id) AS id FROM submissions").get()?.id ?? 0);
      if (!recent.some((one) => one.id === id)) recent.push({ at, id });
      return result;
    },
  };
}

/** Tells no process that another has taken a stream since. */
export const tellsNoTaking: Mutant = {
  store: (store, name, args) => (name === "lostStreams" ? [] : store.run(name, args)),
};

/** Every process with the role leads, and says so to nobody. */
export const ignoresItsLease: Mutant = { leads: true };
