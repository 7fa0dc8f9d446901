import type { Clock } from "../../core/clock.ts";
import type { Penalty } from "../../flow/lane.ts";
import type { Store } from "../../flow/store.ts";
import type { PendingSubmission } from "../../flow/submission.ts";
import type { Verdict } from "../../flow/verdict.ts";
import { endOf } from "./end.ts";
import type { StrikeConcluder } from "./strikes.ts";

export interface SubmissionConcluderModules {
  readonly store: Pick<Store, "decide">;
  readonly strikes: StrikeConcluder;
  /** What a wrong answer cost when the challenge was issued; the lane's penalty where that is not on record. */
  readonly penaltyOf?: (submission: PendingSubmission) => Promise<Penalty | undefined>;
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
    const { store, strikes, clock, penaltyOf } = this.#modules;
    const { receiptId, lane } = submission;
    const penalty = penaltyOf && (await penaltyOf(submission));
    const decision = { receiptId, ...endOf(verdict), at: clock.nowMs(), strike: null };
    const code = strikes.codeOf(lane, verdict, penalty);
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
