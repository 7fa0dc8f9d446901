import type { Operation } from "./routes/route.ts";

/** Request headers that a browser may send along: those of a signature, and of a conditional read. */
const requestHeaders = [
  ...["Content-Type", "If-None-Match", "Assay-Session", "Epistula-Version", "Epistula-Timestamp"],
  ...["Epistula-Uuid", "Epistula-Signed-By", "Epistula-Signed-For", "Epistula-Request-Signature"],
].join(", ");
const answerHeaders = "ETag, Location, Retry-After";

/** Seconds for which a browser need not ask again. */
const maxAgeSeconds = "600";

/**
 * Whether pages of other origins may call an operation: all that no bearer's token guards. A miner's signature allows what it
 * signs, whichever page sends it. What a cookie allows, the operator's routes, is never among them.
 */
export function isShared({ signedBy }: Operation): boolean {
  return signedBy === undefined || signedBy === "miner";
}

/** What a browser of an origin is told about shared operations; `origins` may hold "*". */
export class Cors {
  readonly #origins: ReadonlySet<string>;

  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins);
  }

  /** Headers of an answer; none where cross-origin calls are off. */
  answer(origin: string | undefined): Record<string, string> {
    if (this.#origins.size === 0) return {};
    if (this.#origins.has("*"))
      return { "access-control-allow-origin": "*", "access-control-expose-headers": answerHeaders };
    const vary = { vary: "Origin" };
    if (origin === undefined || !this.#origins.has(origin)) return vary;
    return {
      ...vary,
      "access-control-allow-origin": origin,
      "access-control-expose-headers": answerHeaders,
    };
  }

  /** Headers of the answer to a preflight request about a path with these shared methods. */
  preflight(origin: string | undefined, wanted: string | undefined, methods: readonly string[]) {
    const given = this.answer(origin);
    const isAllowed = given["access-control-allow-origin"] !== undefined;
    if (!isAllowed || wanted === undefined || !methods.includes(wanted)) return {};
    return {
      ...given,
      "access-control-allow-methods": methods.join(", "),
      "access-control-allow-headers": requestHeaders,
      "access-control-max-age": maxAgeSeconds,
    };
  }
}
