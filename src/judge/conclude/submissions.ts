import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Lane } from "../../flow/lane.ts";
import type { Store } from "../../flow/store.ts";
import type { StrikeRecord } from "../../flow/strike.ts";
import type { Decision, PendingSubmission } from "../../flow/submission.ts";
import type { Verdict } from "../../flow/verdict.ts";
import type { Judge } from "../judge.ts";
import type { Serial } from "./serial.ts";

export interface SubmissionConcluderModules {
  readonly store: Pick<Store, "decide">;
  readonly judge: Pick<Judge, "assess" | "record">;
  readonly lanes: ReadonlyMap<string, Lane>;
  /** Strikes are taken one after the other, whatever their lane, so that each is counted with all before it. */
  readonly strikes: Serial;
  readonly clock: Clock;
  readonly log: Log;
}

/** A verdict as the end of a submission; null means that it was not sampled. */
function decisionOf(receiptId: string, verdict: Verdict | null, at: number): Decision {
  const base = { receiptId, at, strike: null };
  if (verdict === null) return { ...base, state: "accepted", verified: false, code: null };
  if (verdict.outcome === "valid") return { ...base, state: "accepted", verified: true, code: null };
  const state = verdict.outcome === "invalid" ? "rejected" : "void";
  return { ...base, state, verified: verdict.outcome === "invalid", code: verdict.code };
}

/**
 * Ends submissions: judge weighs the verdict, the store records both in one transaction, and only then does judge act on
 * it.
 */
export class SubmissionConcluder {
  readonly #modules: SubmissionConcluderModules;

  constructor(modules: SubmissionConcluderModules) {
    this.#modules = modules;
  }

  /** Rejects while the chain height is unknown or the store is down; the caller tries again. */
  async conclude(submission: PendingSubmission, verdict: Verdict | null): Promise<void> {
    const { store, lanes, clock } = this.#modules;
    const decision = decisionOf(submission.receiptId, verdict, clock.nowMs());
    if (verdict?.outcome !== "invalid" || lanes.get(submission.lane)?.policy.penalty !== "strike") {
      await store.decide(decision);
      return;
    }
    await this.#modules.strikes.run(() => this.#strike(submission, verdict, decision));
  }

  async #strike(submission: PendingSubmission, verdict: Verdict, decision: Decision): Promise<void> {
    const { store, judge, log } = this.#modules;
    const strike: StrikeRecord | null = judge.assess(submission, verdict, "strike");
    const ended = await store.decide({ ...decision, strike });
    if (ended === null || strike === null) return;
    judge.record(strike);
    const { hotkey, evidence, suspendUntil } = strike;
    log.warn("strike", { hotkey, work_id: evidence.work_id, until_block: suspendUntil });
  }
}
