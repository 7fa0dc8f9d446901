import type { SampledEnd } from "../../flow/job.ts";
import type { Judge } from "../judge.ts";

/** Whom a record is about, and the block at which it came. */
interface Sight {
  readonly hotkey: string;
  readonly block: number;
}

/**
 * What is on record of a miner is a sighting of it: a submission, work delivered or failed, a sampled job that was answered. The
 * store notes it with the record itself; from here judge's memory follows, and only once the record is durable.
 */
export class Recorded {
  readonly #judge: Pick<Judge, "seen">;

  constructor(judge: Pick<Judge, "seen">) {
    this.#judge = judge;
  }

  submission({ hotkey, block }: Sight): void {
    this.#judge.seen(hotkey, block);
  }

  work(deltas: readonly Sight[]): void {
    for (const { hotkey, block } of deltas) this.#judge.seen(hotkey, block);
  }

  /** A job that came to no answer tells nothing of its miner. */
  jobEnd({ hotkey, block, answerSha256 }: SampledEnd): void {
    if (answerSha256 !== null) this.#judge.seen(hotkey, block);
  }
}
