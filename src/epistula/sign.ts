import type { Hotkey } from "../core/ids.ts";
import { type BoundRequest, type SignedParts, signedMessage } from "./message.ts";

/** Signs for a hotkey: its own key pair, or that of a session. */
export interface MessageSigner {
  readonly hotkey: Hotkey;
  /** 64 bytes over the message. */
  sign(message: Uint8Array): Uint8Array;
}

/** A session that signs, and the request that it binds; null in a session that binds none. */
export interface SigningSession {
  readonly id: string;
  readonly bound: BoundRequest | null;
}

/** The headers of a request, signed by the hotkey itself or, with `session`, by the key of that session. */
export function signedHeaders(
  { hotkey, sign }: MessageSigner,
  body: Uint8Array | string,
  parts: SignedParts,
  session: SigningSession | null = null,
): Record<string, string> {
  const signature = sign(signedMessage(body, parts, session?.bound));
  return {
    "Epistula-Version": "2",
    "Epistula-Timestamp": parts.timestamp,
    "Epistula-Uuid": parts.uuid,
    "Epistula-Signed-By": hotkey,
    "Epistula-Signed-For": parts.signedFor,
    "Epistula-Request-Signature": `0x${Buffer.from(signature).toString("hex")}`,
    ...(session === null ? {} : { "Assay-Session": session.id }),
  };
}
