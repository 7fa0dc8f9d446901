import type { Clock } from "../core/clock.ts";
import type { Random } from "../core/random.ts";
import { type MessageSigner, signedHeaders } from "./sign.ts";

/** Makes the headers that sign a body by one hotkey for another. */
export type RequestSigner = (body: string, signedFor: string) => Record<string, string>;

/** Signs each request with the time and a uuid of its own. */
export function makeRequestSigner(
  signer: MessageSigner,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): RequestSigner {
  return (body, signedFor) =>
    signedHeaders(signer, body, { timestamp: String(clock.nowMs()), uuid: random.uuid(), signedFor });
}
