import type { Draw } from "./draw.ts";
import type { Answer } from "./lane.ts";
import type { Spend, SpendRefusal } from "./spend.ts";
import type { StrikeRecord } from "./strike.ts";

export type SubmissionState = "pending" | "verifying" | "accepted" | "rejected" | "void";

/** A miner's submission as read from its JSON. */
export interface SubmitRequest {
  readonly challenge_id: string;
  readonly answer: Answer;
  /** Position of the challenge in the allotment: a hint that saves a look-up; it is always verified. */
  readonly seq?: number;
}

/** A submission that passed every check of admission and is about to be recorded. */
export interface NewSubmission {
  readonly receiptId: string;
  /** SHA-256 of lane, hotkey, challenge id and answer hash, each length-prefixed; hex. */
  readonly idempotencyKey: string;
  readonly lane: string;
  readonly hotkey: string;
  readonly challengeId: string;
  readonly epoch: number;
  readonly tier: number;
  readonly seq: number;
  readonly answer: Answer;
  readonly answerSha256: string;
  /** Credit if accepted. */
  readonly weight: number;
  readonly receivedAt: number;
  readonly block: number;
  readonly draw: Draw;
  /** Answers accepted per challenge. */
  readonly maxAttempts: number;
  /** The node that checks it itself; absent: whichever claims it. */
  readonly node?: number;
  /** Taken in the same transaction. */
  readonly spend?: Spend;
}

/** A recorded submission. */
export interface Submission {
  readonly receiptId: string;
  readonly lane: string;
  readonly hotkey: string;
  readonly challengeId: string;
  readonly epoch: number;
  readonly tier: number;
  readonly seq: number;
  readonly answerSha256: string;
  readonly weight: number;
  readonly receivedAt: number;
  readonly block: number;
  readonly sampled: boolean;
  readonly state: SubmissionState;
  /** Why it was rejected or voided; null otherwise. */
  readonly code: string | null;
  /** Checks that ended in `error` so far. */
  readonly tries: number;
  readonly decidedAt: number | null;
}

/** A submission that still has to be decided, with its answer. */
export interface PendingSubmission extends Submission {
  readonly answer: Answer;
  readonly draw: Draw;
}

export type AdmitOutcome =
  | { readonly kind: "admitted"; readonly submission: PendingSubmission }
  | { readonly kind: "replay"; readonly submission: Submission }
  | {
      readonly kind: "refused";
      readonly code: "already_solved" | "already_answered" | "attempts_exhausted" | "epoch_expired";
    }
  | SpendRefusal;

/** The end of a submission. `accepted` pays its weight, once per challenge. */
export interface Decision {
  readonly receiptId: string;
  readonly state: "accepted" | "rejected" | "void";
  /** True when a check decided it; false when it was not sampled. */
  readonly verified: boolean;
  readonly code: string | null;
  readonly at: number;
  /** The strike that follows, if any; recorded in the same transaction. */
  readonly strike: StrikeRecord | null;
  /** As in `SampledEnd`. */
  readonly forfeits?: true;
  /** The node that decides, which must own the row; absent: nobody asks whose it is. */
  readonly node?: number;
}

/** The receipt document; `signature` is Ed25519 over the rest. */
export interface Receipt {
  readonly receipt_id: string;
  readonly state: SubmissionState;
  readonly challenge_id: string;
  readonly hotkey: string;
  readonly lane: string;
  readonly tier: number;
  readonly received_at: number;
  readonly answer_sha256: string;
  readonly verdict?: { readonly outcome: "valid" | "invalid" | "error"; readonly code?: string };
  readonly weight?: number;
  readonly signature: string;
}
