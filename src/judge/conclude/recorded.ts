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
  readonly #judge: Pick<Judge, "seen">;

  constructor(judge: Pick<Judge, "seen">) {
    this.#judge = judge;
  }

  submission({ hotkey, block }: Sight): void {
    this.#judge.seen(hotkey, block, false);
  }

  /** The end of a submission: an accepted one is a delivery. */
  decision({ hotkey, block, state }: Pick<Submission, "hotkey" | "block" | "state">): void {
    if (state === "accepted") this.#judge.seen(hotkey, block, true);
  }

  work(deltas: readonly (Sight & Pick<WorkDelta, "accepted">)[]): void {
    for (const { hotkey, block, accepted } of deltas) this.#judge.seen(hotkey, block, accepted > 0);
  }

  /** A job without an answer is not a sighting. */
  jobEnd({ hotkey, block, answerSha256, state }: SampledEnd): void {
    if (answerSha256 !== null) this.#judge.seen(hotkey, block, state === "accepted");
  }
}
