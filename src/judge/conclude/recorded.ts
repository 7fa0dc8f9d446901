import { type Counter, type Metrics, noMetrics } from "../../core/metrics.ts";
import type { SampledEnd, WorkDelta } from "../../flow/job.ts";
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
  readonly #concluded: Counter;
  readonly #accepted: Counter;

  constructor(judge: Pick<Judge, "seen" | "standingOf">, metrics: Metrics = noMetrics) {
    this.#judge = judge;
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
  decision({ hotkey, block, state }: Pick<Submission, "hotkey" | "block" | "state">): void {
    if (state === "accepted") this.#judge.seen(hotkey, block, true);
    if (state === "accepted" || state === "rejected" || state === "void") this.#count("pull", hotkey, state);
  }

  work(deltas: readonly (Sight & Pick<WorkDelta, "accepted">)[]): void {
    for (const { hotkey, block, accepted } of deltas) {
      this.#judge.seen(hotkey, block, accepted > 0);
      if (accepted > 0) this.#count("push", hotkey, "accepted", accepted);
    }
  }

  /** A job without an answer is not a sighting. */
  jobEnd({ hotkey, block, answerSha256, state }: SampledEnd): void {
    if (answerSha256 === null) return;
    this.#judge.seen(hotkey, block, state === "accepted");
    this.#count("push", hotkey, state);
  }

  #count(mode: "pull" | "push", hotkey: string, state: "accepted" | "rejected" | "void", by = 1): void {
    this.#concluded.add({ mode, state }, by);
    if (state !== "accepted") return;
    const standing = this.#judge.standingOf(hotkey)?.standing ?? "cold_start";
    this.#accepted.add({ mode, standing }, by);
  }
}
