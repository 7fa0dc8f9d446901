import type { Clock } from "../../core/clock.ts";
import type { Store } from "../../flow/store.ts";
import type { PendingSubmission } from "../../flow/submission.ts";
import type { Verdict } from "../../flow/verdict.ts";
import { endOf } from "./end.ts";
import type { StrikeConcluder } from "./strikes.ts";

export interface SubmissionConcluderModules {
  readonly store: Pick<Store, "decide">;
  readonly strikes: StrikeConcluder;
  readonly clock: Clock;
}

/** Ends submissions: verdict and strike are recorded in one transaction. */
export class SubmissionConcluder {
  readonly #modules: SubmissionConcluderModules;

  constructor(modules: SubmissionConcluderModules) {
    this.#modules = modules;
  }

  /**
   * A null verdict means that the submission was not sampled. Rejects while the store is down, or while the chain height that
   * a strike needs is unknown; the caller tries again.
   */
  async conclude(submission: PendingSubmission, verdict: Verdict | null): Promise<void> {
    const { store, strikes, clock } = this.#modules;
    const { receiptId, lane } = submission;
    const decision = { receiptId, ...endOf(verdict), at: clock.nowMs(), strike: null };
    const code = strikes.codeOf(lane, verdict);
    if (code === null) {
      await store.decide(decision);
      return;
    }
    await strikes.take(submission, code, async (assess) => {
      const strike = assess();
      const ended = await store.decide({ ...decision, strike });
      return ended === null ? null : strike;
    });
  }
}
