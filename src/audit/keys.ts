import type { KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { ed25519PublicKey, thumbprint } from "../core/ed25519.ts";
import { AssayError, causeText } from "../core/problems/assayError.ts";

import type { PublicKeys } from "./log/record.ts";

const base64url = /^[A-Za-z0-9_-]{43}$/;
const hex = /^[0-9a-f]{64}$/;
/** A set of more keys is a mistake. */
const KEYS_MAX = 256;

function keyOf(x: string): readonly [kid: string, key: KeyObject] {
  const raw = Buffer.from(x, "base64url");
  // The id is the key's own hash, whatever its document says.
  return [thumbprint(raw.toString("base64url")), ed25519PublicKey(raw)];
}

/** The raw public key in base64url, of either of its two texts; null when it is neither. */
function rawOf(text: string): string | null {
  if (base64url.test(text)) return text;
  return hex.test(text) ? Buffer.from(text, "hex").toString("base64url") : null;
}

/** The keys of a JWKS, or the one of a JWK. Throws TypeError. */
export function keysOf(document: unknown): PublicKeys {
  const { keys = [document] } = (document ?? {}) as { readonly keys?: unknown };
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > KEYS_MAX)
    throw new TypeError(`neither a JWK nor a JWKS of 1 to ${KEYS_MAX} keys`);
  return new Map(
    keys.map((jwk: unknown) => {
      const { kty, crv, x } = (jwk ?? {}) as Readonly<Record<string, unknown>>;
      if (kty !== "OKP" || crv !== "Ed25519" || typeof x !== "string" || !base64url.test(x))
        throw new TypeError("a key is not an Ed25519 JWK");
      return keyOf(x);
    }),
  );
}

function keyFile(given: string): Buffer {
  try {
    return readFileSync(given);
  } catch (error) {
    throw new AssayError({
      code: "file_unreadable",
      file: given,
      cause_text: `it is not a key, and it cannot be read as a file: ${causeText(error)}`,
      remedy: "Give 43 base64url characters, 64 hex digits, or a file with a JWK or JWKS.",
    });
  }
}

/** The key that is given: itself (43 base64url characters or 64 hex digits), or a file with it, a JWK or a JWKS. Throws `key_malformed`. */
export function givenKeys(given: string): PublicKeys {
  const bare = rawOf(given);
  if (bare !== null) return new Map([keyOf(bare)]);
  const text = keyFile(given).toString("utf8").trim();
  const held = rawOf(text);
  if (held !== null) return new Map([keyOf(held)]);
  try {
    return keysOf(JSON.parse(text));
  } catch (error) {
    throw new AssayError({ code: "key_malformed", file: given, cause_text: causeText(error) });
  }
}
