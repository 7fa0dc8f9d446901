import { bytesOfHex } from "../../src/audit/log/bytes.ts";
import { isBareKey, keysInJwks, thumbprintText } from "../../src/audit/log/jwks.ts";
import type { PublicKeys, SignedDocument, VerifyingKey } from "../../src/audit/log/platform.ts";
import { canonical } from "../../src/core/canonical.ts";
import { base64urlOf, bytesOfBase64url } from "./base64url.ts";
import { type Subtle, type Verify, verifierOf, whyUnverifiable } from "./ed25519.ts";
import { pageHashes } from "./hashes.ts";

const encoder = new TextEncoder();
const hex = /^[0-9a-f]{64}$/;

/** The id of a key of 32 bytes in base64url: its own hash, whatever its document says. */
export function keyId(x: string): string {
  return base64urlOf(bytesOfHex(pageHashes.sha256Hex(thumbprintText(x))));
}

/** The keys of a text that was typed: 43 base64url characters, 64 hex digits, a JWK or a JWKS. Throws TypeError. */
export function keysInText(text: string): string[] {
  const given = text.trim();
  if (isBareKey(given)) return [given];
  if (hex.test(given)) return [base64urlOf(bytesOfHex(given))];
  try {
    return keysInJwks(JSON.parse(given));
  } catch {
    throw new TypeError("It is not a key: give 43 base64url characters, 64 hex digits, a JWK or a JWKS.");
  }
}

/** Whether the signature, in canonical base64url, is over the canonical JSON of the other members. */
export async function hasSigned(verify: Verify, document: SignedDocument): Promise<boolean> {
  const { signature, ...unsigned } = document;
  const bytes = bytesOfBase64url(signature);
  if (bytes === null) return false;
  let text: string;
  try {
    text = canonical(unsigned);
  } catch {
    // A document without canonical form was never signed.
    return false;
  }
  return verify(bytes, encoder.encode(text));
}

/** Notes what an audit asks of a key, so that all of it can be checked before the audit begins. */
class AskedKey implements VerifyingKey {
  readonly asked: SignedDocument[] = [];

  hasSigned(document: SignedDocument): boolean {
    this.asked.push(document);
    return true;
  }
}

/** A key of which all answers are known. */
class AnsweredKey implements VerifyingKey {
  readonly #signed: ReadonlySet<string>;

  constructor(signed: ReadonlySet<string>) {
    this.#signed = signed;
  }

  hasSigned(document: SignedDocument): boolean {
    return this.#signed.has(JSON.stringify(document));
  }
}

/** A key of which nothing can be asked: what it is said to have signed is neither believed nor a finding. */
const uncheckedKey: VerifyingKey = { hasSigned: () => true };

async function answered(subtle: Subtle, x: string, asked: readonly SignedDocument[]): Promise<AnsweredKey> {
  const raw = bytesOfBase64url(x);
  if (raw === null || asked.length === 0) return new AnsweredKey(new Set());
  const verify = await verifierOf(subtle, raw);
  const answers = await Promise.all(asked.map((document) => hasSigned(verify, document)));
  return new AnsweredKey(new Set(asked.filter((_, i) => answers[i]).map((one) => JSON.stringify(one))));
}

export interface AnsweredKeys {
  readonly keys: PublicKeys;
  /** Why no signature was checked, or null. */
  readonly unchecked: string | null;
}

/**
 * The keys with the answers to everything that `ask` asks of them. Signatures are checked by promises in a browser, and the rules of
 * an audit ask at once.
 */
export async function answeredKeys(
  subtle: Subtle | undefined,
  texts: readonly string[],
  ask: (keys: PublicKeys) => void,
): Promise<AnsweredKeys> {
  const unchecked = await whyUnverifiable(subtle);
  if (unchecked !== null || subtle === undefined)
    return { keys: new Map(texts.map((x) => [keyId(x), uncheckedKey])), unchecked };
  const asked = new Map(texts.map((x) => [keyId(x), new AskedKey()]));
  ask(asked);
  const entries = texts.map(async (x): Promise<[string, VerifyingKey]> => {
    const id = keyId(x);
    return [id, await answered(subtle, x, asked.get(id)?.asked ?? [])];
  });
  return { keys: new Map(await Promise.all(entries)), unchecked };
}
