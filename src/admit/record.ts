import { lengthPrefixed } from "../core/bytes.ts";
import { sha256, sha256Hex } from "../core/hash.ts";
import { receiptId } from "../core/ids.ts";
import { AssayError } from "../core/problems/assayError.ts";
import { signatureRetryS } from "../epistula/usedSignatures.ts";
import type { RecognisedChallenge } from "../flow/challenge.ts";
import type { SpendRefusal } from "../flow/spend.ts";
import type { AdmitOutcome, NewSubmission } from "../flow/submission.ts";
import { wholeSeconds } from "./limits.ts";

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

type Refused = Extract<AdmitOutcome, { kind: "refused" }>;

/** The refusal that the caller gets when the store refuses. */
export function refusal(
  refused: Refused,
  challenge: RecognisedChallenge,
  { current, uuid }: { readonly current: number; readonly uuid: string },
): AssayError {
  const challenge_id = challenge.challengeId;
  if ("waitMs" in refused) return spendRefusal(refused, uuid);
  const { code } = refused;
  switch (code) {
    case "epoch_expired":
      return new AssayError({ code, epoch: challenge.epoch, current });
    case "attempts_exhausted":
      return new AssayError({ code, challenge_id, max_attempts: challenge.maxAttempts });
    default:
      return new AssayError({ code, challenge_id });
  }
}

/** The refusal where a limit over all processes is reached. */
export function spendRefusal({ code, waitMs }: SpendRefusal, uuid: string): AssayError {
  switch (code) {
    case "signature_used":
      return new AssayError({ code, uuid });
    case "rate_limited":
      return new AssayError({ code, retry_after_s: wholeSeconds(waitMs) });
    case "too_many_signatures":
      return new AssayError({ code, retry_after_s: signatureRetryS });
  }
}
