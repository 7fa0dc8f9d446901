import { lengthPrefixed } from "../core/bytes.ts";
import { sha256, sha256Hex } from "../core/hash.ts";
import { receiptId } from "../core/ids.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { RecognisedChallenge } from "../flow/challenge.ts";
import type { AdmitOutcome, NewSubmission } from "../flow/submission.ts";

const HASH_LENGTH = Buffer.of(0, 32);

/**
 * Identifies one answer to one challenge: SHA-256 over lane, hotkey, challenge id and the 32 bytes of the answer's hash,
 * each after its 2-byte length; 64 hex digits.
 */
export function idempotencyKey(
  lane: string,
  hotkey: string,
  challengeId: string,
  answerSha256: Uint8Array,
): string {
  if (answerSha256.length !== 32) throw new RangeError(`answer hash: ${answerSha256.length} bytes`);
  return sha256Hex(
    lengthPrefixed(lane),
    lengthPrefixed(hotkey),
    lengthPrefixed(challengeId),
    HASH_LENGTH,
    answerSha256,
  );
}

/** The row that the store is asked to admit. `random`: the 10 unpredictable bytes of its receipt id. */
export function newSubmission(
  challenge: RecognisedChallenge,
  facts: Pick<NewSubmission, "hotkey" | "answer" | "draw" | "block" | "receivedAt">,
  random: Uint8Array,
): NewSubmission {
  const { seed: _seed, answerBytes: _most, spec: _spec, ...issued } = challenge;
  const answerHash = sha256(facts.answer.bytes);
  return {
    ...issued,
    ...facts,
    receiptId: receiptId(facts.receivedAt, random),
    idempotencyKey: idempotencyKey(issued.lane, facts.hotkey, issued.challengeId, answerHash),
    answerSha256: answerHash.toString("hex"),
  };
}

type RefusedCode = Extract<AdmitOutcome, { kind: "refused" }>["code"];

/** The refusal that the caller gets when the store refuses. */
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
