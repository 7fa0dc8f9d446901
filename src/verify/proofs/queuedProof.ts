import type { AnsweredJob } from "../../flow/job.ts";
import type { Reservation } from "../../flow/reservation.ts";
import type { Verdict } from "../../flow/verdict.ts";

/** A sampled answer in the proof verifier, until its verdict is reported. */
export interface QueuedProof {
  readonly job: AnsweredJob;
  readonly done: (verdict: Verdict) => void;
  /** Verification units. */
  readonly cost: number;
  /** Monotonic ms. */
  readonly arrivedAt: number;
  /** Null while the answer waits in the overflow. */
  reservation: Reservation | null;
  /** Checks of this answer alone that ended in `error`. */
  tries: number;
  /** True once a batch with this answer failed. */
  alone: boolean;
}
