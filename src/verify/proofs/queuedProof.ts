import type { AnsweredJob } from "../../flow/job.ts";
import type { Reservation } from "../../flow/reservation.ts";
import type { Verdict } from "../../flow/verdict.ts";

/** A sampled answer in the desk, until its verdict is told. */
export interface QueuedProof {
  readonly job: AnsweredJob;
  readonly done: (verdict: Verdict) => void;
  /** Verification units. */
  readonly cost: number;
  /** Monotonic ms. */
  readonly arrivedAt: number;
  /** Null while it waits in the overflow. */
  reservation: Reservation | null;
  /** Checks of its own that ended in `error`. */
  tries: number;
  /** Once a batch of it failed, it is checked alone. */
  alone: boolean;
}
