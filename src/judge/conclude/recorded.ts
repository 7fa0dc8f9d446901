import { type Counter, type Metrics, noMetrics } from "../../core/metrics.ts";
import type { SampledEnd, WorkDelta } from "../../flow/job.ts";
import type { ReasonLedger } from "../../flow/reasons.ts";
import type { Submission } from "../../flow/submission.ts";
import type { Judge } from "../judge.ts";

/** The hotkey of a record, and its block. */
interface Sight {
  readonly hotkey: string;
  readonly block: number;
}

/**
 * Every record of a miner is a sighting of it: a submission, work delivered or failed, an answered sampled job. The store
 * keeps the sighting with the record; this updates judge's memory, only once the record is durable.
 */
export class Recorded {
  readonly #judge: Pick<Judge, "seen" | "standingOf">;
  readonly #reasons: ReasonLedger | null;
  readonly #concluded: Counter;
  readonly #accepted: Counter;

  constructor(
    judge: Pick<Judge, "seen" | "standingOf">,
    metrics: Metrics = noMetrics,
    reasons: ReasonLedger | null = null,
  ) {
    this.#judge = judge;
    this.#reasons = reasons;
    this.#concluded = metrics.counter("assay_concluded_total", "Ends of submissions and of answered jobs", [
      "mode",
      "state",
    ]);
    this.#accepted = metrics.counter(
      "assay_accepted_total",
      "Accepted answers by the standing of their miner: one in cold start or suspended has no weight",
      ["mode", "standing"],
    );
  }

  submission({ hotkey, block }: Sight): void {
    this.#judge.seen(hotkey, block, false);
  }

  /** The end of a submission: an accepted one is a delivery. */
  decision({ hotkey, block, state, code }: Pick<Submission, "hotkey" | "block" | "state" | "code">): void {
    if (state === "accepted") this.#judge.seen(hotkey, block, true);
    if (state === "accepted" || state === "rejected" || state === "void") this.#count("pull", hotkey, state);
    if (state === "rejected" || state === "void") this.#reason(hotkey, state, code);
  }

  work(deltas: readonly (Sight & Pick<WorkDelta, "accepted">)[]): void {
    for (const { hotkey, block, accepted } of deltas) {
      this.#judge.seen(hotkey, block, accepted > 0);
      if (accepted > 0) this.#count("push", hotkey, "accepted", accepted);
    }
  }

  /** A job without an answer is not a sighting. */
  jobEnd({ hotkey, block, answerSha256, state, code }: SampledEnd): void {
    if (answerSha256 === null) return;
    this.#judge.seen(hotkey, block, state === "accepted");
    this.#count("push", hotkey, state);
    if (state !== "accepted") this.#reason(hotkey, state, code);
  }

  #reason(hotkey: string, kind: "rejected" | "void", code: string | null): void {
    if (code !== null) this.#reasons?.add(hotkey, kind, code);
  }

  #count(mode: "pull" | "push", hotkey: string, state: "accepted" | "rejected" | "void", by = 1): void {
    this.#concluded.add({ mode, state }, by);
    if (state !== "accepted") return;
    const standing = this.#judge.standingOf(hotkey)?.standing ?? "cold_start";
    this.#accepted.add({ mode, standing }, by);
  }
}
