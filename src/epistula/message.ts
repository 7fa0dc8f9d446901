import { sha256Hex } from "../core/hash.ts";

/** What a signature binds besides the body. */
export interface SignedParts {
  readonly uuid: string;
  /** Unix milliseconds as they stand in the header: the signature is over this text. */
  readonly timestamp: string;
  /** The hotkey that the request is for. */
  readonly signedFor: string;
}

/** The bytes that are signed, by either side: `{sha256hex(body)}.{uuid}.{timestamp}.{signed_for}`. */
export function signedMessage(
  body: Uint8Array | string,
  { uuid, timestamp, signedFor }: SignedParts,
): Buffer {
  return Buffer.from(`${sha256Hex(body)}.${uuid}.${timestamp}.${signedFor}`, "utf8");
}
