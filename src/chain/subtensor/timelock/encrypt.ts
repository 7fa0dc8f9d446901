import { AssayError } from "../../../core/problems/assayError.ts";
import type { Random } from "../../../core/random.ts";
import { NONCE_BYTES, sealBody } from "./body.ts";
import { CIPHERTEXT_MAX_BYTES, OVERHEAD_BYTES, writeContainer } from "./container.ts";
import { wrapKey } from "./ibe.ts";

/** The longest payload whose ciphertext the chain takes. */
export const PAYLOAD_MAX_BYTES = CIPHERTEXT_MAX_BYTES - OVERHEAD_BYTES;

/** What a ciphertext is made with; used once, since anyone who knows it can read the payload before its time. */
export interface Secrets {
  /** 32 bytes: the AES key. */
  readonly key: Uint8Array;
  /** 32 bytes. */
  readonly sigma: Uint8Array;
  /** 12 bytes. */
  readonly nonce: Uint8Array;
}

/** Encrypts a payload so that the signature of a round opens it; throws `timelock_too_long`. Takes some 30 ms, five times that at first. */
export function encrypt(payload: Uint8Array, round: number, random: Random): Uint8Array {
  const secrets = { key: random.bytes(32), sigma: random.bytes(32), nonce: random.bytes(NONCE_BYTES) };
  return encryptWith(payload, round, secrets);
}

/** The same with given secrets: one payload, round and secrets make one ciphertext. */
export function encryptWith(payload: Uint8Array, round: number, { key, sigma, nonce }: Secrets): Uint8Array {
  if (payload.length > PAYLOAD_MAX_BYTES)
    throw new AssayError({
      code: "timelock_too_long",
      bytes: payload.length,
      limit_bytes: PAYLOAD_MAX_BYTES,
    });
  return writeContainer({ ...wrapKey(round, key, sigma), body: sealBody(payload, key, nonce), nonce });
}
