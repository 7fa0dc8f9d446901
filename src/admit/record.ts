import { sha256 } from "../core/hash.ts";
import { type Hotkey, receiptId } from "../core/ids.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { RecognisedChallenge } from "../flow/challenge.ts";
import type { Draw } from "../flow/draw.ts";
import type { Answer } from "../flow/lane.ts";
import type { AdmitOutcome, NewSubmission } from "../flow/submission.ts";
import { idempotencyKey } from "./idempotency.ts";

/** What is known of a submission once every check before the store has passed. */
export interface Passed {
  readonly hotkey: Hotkey;
  readonly challenge: RecognisedChallenge;
  readonly answer: Answer;
  readonly draw: Draw;
  readonly block: number;
  readonly receivedAt: number;
  /** 10 unpredictable bytes of the receipt id. */
  readonly random: Uint8Array;
}

/** The row that the store is asked to admit. */
export function newSubmission(passed: Passed): NewSubmission {
  const { hotkey, challenge, answer, draw, block, receivedAt, random } = passed;
  const { lane, challengeId, epoch, tier, seq, weight, maxAttempts } = challenge;
  const answerHash = sha256(answer.bytes);
  return {
    receiptId: receiptId(receivedAt, random),
    idempotencyKey: idempotencyKey(lane, hotkey, challengeId, answerHash),
    lane,
    hotkey,
    challengeId,
    epoch,
    tier,
    seq,
    answer,
    answerSha256: answerHash.toString("hex"),
    weight,
    receivedAt,
    block,
    draw,
    maxAttempts,
  };
}

type RefusedCode = Extract<AdmitOutcome, { kind: "refused" }>["code"];

/** What the caller is told when the store refuses. */
export function refusal(code: RefusedCode, challenge: RecognisedChallenge, current: number): AssayError {
  const challenge_id = challenge.challengeId;
  switch (code) {
    case "epoch_expired":
      return new AssayError({ code, epoch: challenge.epoch, current });
    case "attempts_exhausted":
      return new AssayError({ code, challenge_id, max_attempts: challenge.maxAttempts });
    default:
      return new AssayError({ code, challenge_id });
  }
}
