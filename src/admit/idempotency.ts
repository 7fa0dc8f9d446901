import { lengthPrefixed } from "../core/bytes.ts";
import { sha256Hex } from "../core/hash.ts";

const HASH_LENGTH = Buffer.of(0, 32);

/**
 * Names one answer to one challenge: SHA-256 over lane, hotkey, challenge id and the 32 bytes of the answer's hash,
 * each behind its 2-byte length; 64 hex digits.
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
