import { createCipheriv, createDecipheriv } from "node:crypto";

export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
const CIPHER = "aes-256-gcm";

/** AES-256-GCM without additional data: the ciphertext, then the tag. */
export function sealBody(payload: Uint8Array, key: Uint8Array, nonce: Uint8Array): Uint8Array {
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  return Buffer.concat([cipher.update(payload), cipher.final(), cipher.getAuthTag()]);
}

/** The payload; null when the tag does not fit. */
export function openBody(body: Uint8Array, key: Uint8Array, nonce: Uint8Array): Uint8Array | null {
  const split = body.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(body.subarray(split));
  try {
    return Buffer.concat([decipher.update(body.subarray(0, split)), decipher.final()]);
  } catch {
    return null;
  }
}
