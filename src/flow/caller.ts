/** Header fields as node:http gives them: lower-case names, repeated ones joined or as arrays. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The sender of a request whose body is complete, before anything is believed. */
export interface Caller {
  readonly headers: Headers;
  /** The address that limits count by: the socket's, or what a trusted proxy says. */
  readonly ip: string;
  /** The body as it arrived: the signature is over these bytes. Empty for GET. */
  readonly rawBody: Uint8Array;
  /** Aborts when the client is gone before its answer was sent. */
  readonly signal: AbortSignal;
}
