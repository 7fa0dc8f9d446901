/** Header fields as node:http gives them: lower-case names, repeated ones joined or as arrays. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * What a request takes a token of its address for; each kind has tokens of its own, so that reading a public record leaves the
 * tokens of the miner at the same address alone.
 */
export type TokenKind = "signed" | "public" | "probe" | "metrics";

/** The sender of a request whose body is complete; nothing is proven yet. */
export interface Caller {
  readonly headers: Headers;
  readonly method: string;
  /** Path and query, as the request line has them. */
  readonly target: string;
  /** The address that rate limits use: the socket's, or the one that a trusted proxy reports. */
  readonly ip: string;
  /** The body as it arrived: the signature is over these bytes. Empty for GET. */
  readonly rawBody: Uint8Array;
  /** Aborts when the client disconnects before its answer was sent. */
  readonly signal: AbortSignal;
}
