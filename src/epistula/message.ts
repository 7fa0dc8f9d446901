import { sha256Hex } from "../core/hash.ts";

/** What a signature covers besides the body. */
export interface SignedParts {
  readonly uuid: string;
  /** Unix milliseconds as text: the signature is over the header's text. */
  readonly timestamp: string;
  /** The validator's hotkey that the request is for. */
  readonly signedFor: string;
}

/** The request line's part of a message, where the signature binds it. */
export interface BoundRequest {
  readonly method: string;
  /** Path and query, as the request line has them. */
  readonly target: string;
}

/**
 * The bytes that either side signs: `{sha256hex(body)}.{uuid}.{timestamp}.{signed_for}`, and before it `{METHOD} {path?query}.`
 * in a session that binds requests.
 */
export function signedMessage(
  body: Uint8Array | string,
  { uuid, timestamp, signedFor }: SignedParts,
  bound: BoundRequest | null = null,
): Buffer {
  const line = bound === null ? "" : `${bound.method} ${bound.target}.`;
  return Buffer.from(`${line}${sha256Hex(body)}.${uuid}.${timestamp}.${signedFor}`, "utf8");
}
