import { AssayError, causeText } from "../../core/problems/assayError.ts";
import { Unreadable } from "../records/rows.ts";

/** An error of the server, or of the connection to it (then without a state). */
export class ServerError extends Error {
  /** The five characters of SQLSTATE. */
  readonly state: string | null;

  constructor(error: unknown) {
    super(causeText(error), { cause: error });
    this.name = "ServerError";
    const code = error instanceof Error && "code" in error ? error.code : null;
    this.state = error instanceof Error && "severity" in error && typeof code === "string" ? code : null;
  }
}

/** Serialization failure, deadlock, lock timeout. */
const contention: ReadonlySet<string> = new Set(["40001", "40P01", "55P03"]);
/** A partition that was there: retention dropped it since. */
const UNDEFINED_TABLE = "42P01";
/** Any statement in a transaction that failed already. */
export const ABORTED = "25P02";
/** The server is a standby, or was made read-only. */
const READ_ONLY = "25006";

/** The disk of the server is full; what was under way was rolled back. */
const DISK_FULL = "53100";

const stateOf = (error: unknown): string | null => (error instanceof ServerError ? error.state : null);

/** Whether doing the same again can succeed; the transaction was rolled back. */
export function isRetryable(error: unknown): boolean {
  const state = stateOf(error);
  return state !== null && (contention.has(state) || state === UNDEFINED_TABLE);
}

export const isUndefinedTable = (error: unknown): boolean => stateOf(error) === UNDEFINED_TABLE;

/** Whether the connection is of no use after the error: it is gone, its server ends, or that takes no writes any more. */
export function isLost(error: unknown): boolean {
  if (!(error instanceof ServerError)) return false;
  const { state } = error;
  return state === null || state.startsWith("57P") || state.startsWith("08") || state === READ_ONLY;
}

export function unavailable(cause?: unknown): AssayError {
  return new AssayError({ code: "store_unavailable", retry_after_s: 1 }, { cause });
}

/** The error as callers see it: a broken constraint or a value that the server cannot hold is the caller's mistake. */
export function asFailure(error: unknown, shown: string): Error {
  if (error instanceof Unreadable) {
    const lost = error.lost === null ? {} : { lost: error.lost };
    const problem = { code: "store_corrupt", file: shown, cause_text: error.message, ...lost } as const;
    return new AssayError(problem, { cause: error });
  }
  if (!(error instanceof ServerError)) return error instanceof Error ? error : new Error(String(error));
  const kind = error.state?.slice(0, 2);
  if (kind === "23" || kind === "22") return new RangeError(error.message, { cause: error });
  if (error.state === DISK_FULL)
    return new AssayError({ code: "storage_full", retry_after_s: 5 }, { cause: error });
  return unavailable(error);
}
