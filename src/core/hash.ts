import { createHash, createHmac, createSecretKey, hkdfSync, type KeyObject } from "node:crypto";

/** HKDF-SHA256 with empty salt, 32 bytes out, as a key object ready for HMAC. */
export function deriveKey(master: Uint8Array, info: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync("sha256", master, "", info, 32)));
}

/** HMAC-SHA256, 32 bytes. */
export function hmac(key: KeyObject, message: Uint8Array | string): Buffer {
  return createHmac("sha256", key).update(message).digest();
}

/** SHA-256 over the parts in order, 32 bytes. */
export function sha256(...parts: (Uint8Array | string)[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** SHA-256 over the parts in order, 64 hex digits. */
export function sha256Hex(...parts: (Uint8Array | string)[]): string {
  return sha256(...parts).toString("hex");
}
