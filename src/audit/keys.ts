import type { KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { ed25519PublicKey, thumbprint, verifyDocument } from "../core/ed25519.ts";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import { isBareKey, keysInJwks } from "./log/jwks.ts";
import type { PublicKeys, SignedDocument, VerifyingKey } from "./log/platform.ts";

const hex = /^[0-9a-f]{64}$/;

class NodeKey implements VerifyingKey {
  readonly #key: KeyObject;

  constructor(raw: Uint8Array) {
    this.#key = ed25519PublicKey(raw);
  }

  hasSigned(document: SignedDocument): boolean {
    const { signature } = document;
    if (Buffer.from(signature, "base64url").toString("base64url") !== signature) return false;
    try {
      return verifyDocument({ ...document }, this.#key);
    } catch {
      // A document without canonical form was never signed.
      return false;
    }
  }
}

function keyOf(x: string): readonly [kid: string, key: VerifyingKey] {
  const raw = Buffer.from(x, "base64url");
  // The id is the key's own hash, whatever its document says.
  return [thumbprint(raw.toString("base64url")), new NodeKey(raw)];
}

/** The raw public key in base64url, of either of its two texts; null when it is neither. */
function rawOf(text: string): string | null {
  if (isBareKey(text)) return text;
  return hex.test(text) ? Buffer.from(text, "hex").toString("base64url") : null;
}

/** The keys of a JWKS, or the one of a JWK. Throws TypeError. */
export function keysOf(document: unknown): PublicKeys {
  return new Map(keysInJwks(document).map(keyOf));
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
