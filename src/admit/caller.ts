import type { Headers } from "./epistula.ts";

/** A request whose body is complete. */
export interface Caller {
  readonly headers: Headers;
  /** The address that limits count by: the socket's, or what a trusted proxy says. */
  readonly ip: string;
  /** The body as it arrived: the signature is over these bytes. Empty for GET. */
  readonly rawBody: Uint8Array;
  /** Aborts when the client vanishes. */
  readonly signal: AbortSignal;
}
