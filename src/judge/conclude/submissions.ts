import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Counter, Metrics } from "../../core/metrics.ts";
import { causeText } from "../../core/problems/assayError.ts";
import { isTransient } from "../../core/problems/transient.ts";
import type { Penalty } from "../../flow/lane.ts";
import type { Store } from "../../flow/store.ts";
import type { Decision, PendingSubmission, Submission } from "../../flow/submission.ts";
import type { Verdict } from "../../flow/verdict.ts";
import { endOf } from "./end.ts";
import { lostEnds } from "./lostEnds.ts";
import type { Recorded } from "./recorded.ts";
import type { StrikeConcluder } from "./strikes.ts";

export interface SubmissionConcluderModules {
  readonly store: Pick<Store, "decide">;
  readonly strikes: StrikeConcluder;
  readonly recorded: Pick<Recorded, "decision">;
  /** What a wrong answer cost when the challenge was issued; the lane's penalty where that is not on record. */
  readonly penaltyOf?: (submission: PendingSubmission) => Promise<Penalty | undefined>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Ends submissions: verdict and strike are recorded in one transaction. */
export class SubmissionConcluder {
  readonly #modules: SubmissionConcluderModules;
  readonly #lost: Counter;

  constructor(modules: SubmissionConcluderModules) {
    this.#modules = modules;
    this.#lost = lostEnds(modules.metrics, "submission");
  }

  /**
   * A null verdict means that the submission was not sampled. Rejects while the store is down, or while the chain height that
   * a strike needs is unknown; the caller tries again. An end that the store can never take is recorded as void instead.
   */
  async conclude(submission: PendingSubmission, verdict: Verdict | null): Promise<void> {
    try {
      await this.#conclude(submission, verdict);
    } catch (error) {
      if (isTransient(error)) throw error;
      await this.#void(submission, error);
    }
  }

  async #conclude(submission: PendingSubmission, verdict: Verdict | null): Promise<void> {
    const { strikes, clock, penaltyOf } = this.#modules;
    const { receiptId, lane } = submission;
    const penalty = penaltyOf && (await penaltyOf(submission));
    const decision: Decision = { receiptId, ...endOf(verdict), at: clock.nowMs(), strike: null };
    const code = strikes.codeOf(lane, verdict, penalty);
    if (code === null) {
      await this.#decide(decision);
      return;
    }
    const judged = { ...submission, startedAt: submission.receivedAt };
    await strikes.take(judged, code, async (assess) => {
      const charge = assess();
      const ended = await this.#decide({ ...decision, ...charge });
      return ended === null ? null : charge;
    });
  }

  async #decide(decision: Decision): Promise<Submission | null> {
    const { store, recorded } = this.#modules;
    const ended = await store.decide(decision);
    if (ended !== null) recorded.decision(ended);
    return ended;
  }

  async #void({ receiptId, lane, hotkey }: PendingSubmission, error: unknown): Promise<void> {
    const { clock, log } = this.#modules;
    this.#lost.add({ lane });
    log.error("end_not_recordable", { receipt_id: receiptId, hotkey, cause: causeText(error) });
    const end = { state: "void", verified: false, code: "not_recorded" } as const;
    await this.#decide({ receiptId, ...end, at: clock.nowMs(), strike: null });
  }
}
