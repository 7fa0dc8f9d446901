import { sha256Hex } from "../core/hash.ts";

/** What a signature covers besides the body. */
export interface SignedParts {
  readonly uuid: string;
  /** Unix milliseconds as text: the signature is over the header's text. */
  readonly timestamp: string;
  /** The validator's hotkey that the request is for. */
  readonly signedFor: string;
}

/** The bytes that either side signs: `{sha256hex(body)}.{uuid}.{timestamp}.{signed_for}`. */
export function signedMessage(
  body: Uint8Array | string,
  { uuid, timestamp, signedFor }: SignedParts,
): Buffer {
  return Buffer.from(`${sha256Hex(body)}.${uuid}.${timestamp}.${signedFor}`, "utf8");
}
