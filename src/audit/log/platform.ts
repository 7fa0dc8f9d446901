/**
 * What the rules of an audit need of the platform that they run on. The command gives Node's, the page its own: the rules are the
 * same code in both, so both find the same.
 */
export interface Hashes {
  /** SHA-256 of the parts in order, texts as UTF-8; 64 hex digits. */
  sha256Hex(...parts: (Uint8Array | string)[]): string;
  /** Every byte as the character with its number. */
  latin1(bytes: Uint8Array): string;
  /** Computes draws with the key of an epoch. */
  drawn(key: Uint8Array): DrawnX;
}

/** The first 8 bytes of a draw's HMAC, 16 hex digits. */
export type DrawnX = (lane: string, hotkey: string, workId: string) => string;

/** A document with the signature over its other members. */
export interface SignedDocument {
  readonly signature: string;
}

/** A public key of the validator. */
export interface VerifyingKey {
  /** Whether the signature, in canonical base64url, is the key's over the canonical JSON of the other members. */
  hasSigned(document: SignedDocument): boolean;
}

/** Publishing keys by their id. */
export type PublicKeys = ReadonlyMap<string, VerifyingKey>;

/** What an audit runs with. */
export interface AuditTools {
  readonly keys: PublicKeys;
  readonly hashes: Hashes;
}
