import { AssayError, causeText } from "../../core/problems/assayError.ts";
import type { Problem } from "../../core/problems/problem.ts";
import { Unreadable } from "../records/rows.ts";

/** An error as it crosses threads; `fault` is the caller's mistake. */
export type Failure =
  | { readonly kind: "problem"; readonly problem: Problem; readonly cause: string }
  | { readonly kind: "fault"; readonly name: string; readonly message: string };

/** The primary result codes of SQLite that are handled differently. */
export const sqlite = {
  permission: 3,
  busy: 5,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  constraint: 19,
  authorization: 23,
  notADatabase: 26,
} as const;

/** After these the thread cannot trust its view of the file any more, so it ends. */
const fatal: ReadonlySet<number> = new Set([sqlite.io, sqlite.corrupt, sqlite.notADatabase]);

/** The primary result code, or null when the error is not from SQLite. */
export function resultCode(error: unknown): number | null {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return null;
  return error.errcode & 0xff;
}

/** What is on disk is not known, or not this store any more. */
export class Untrusted extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "Untrusted";
  }
}

export function isFatal(error: unknown): boolean {
  if (error instanceof Untrusted) return true;
  const code = resultCode(error);
  return code !== null && fatal.has(code);
}

/** SQLite could not make its shared memory larger, for want of space. */
const IO_SHARED_MEMORY_SIZE = 4874;

/** Whether the disk, or the share of it that the user may have, is full. */
export function isFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (resultCode(error) === sqlite.full) return true;
  if ("errcode" in error) return error.errcode === IO_SHARED_MEMORY_SIZE;
  return "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}

/** Whether a failed commit was undone for certain: no room, or a lock that another program holds. */
export function leavesKnownState(error: unknown): boolean {
  const code = resultCode(error);
  return code === sqlite.full || code === sqlite.busy || code === sqlite.constraint;
}

/** Whether SQLite found pages that are not those of a database. */
export function isDamage(error: unknown): boolean {
  const code = resultCode(error);
  return code === sqlite.corrupt || code === sqlite.notADatabase;
}

export function unavailable(): Problem {
  return { code: "store_unavailable", retry_after_s: 1 };
}

/** The disk has no room: longer than for a store that is busy. */
function storageFull(): Problem {
  return { code: "storage_full", retry_after_s: 5 };
}

/** The damage as the operator reads it. */
export function corrupt(file: string, { message, lost }: Unreadable): Problem {
  return { code: "store_corrupt", file, cause_text: message, ...(lost === null ? {} : { lost }) };
}

export function toFailure(error: unknown, file: string): Failure {
  const cause = causeText(error);
  if (error instanceof AssayError) return { kind: "problem", problem: error.problem, cause };
  if (error instanceof Unreadable) {
    return { kind: "problem", problem: corrupt(file, error), cause };
  }
  const code = resultCode(error);
  if (code === sqlite.constraint) return { kind: "fault", name: "RangeError", message: cause };
  // Only where it is certain that nothing was recorded.
  if (code === sqlite.full) return { kind: "problem", problem: storageFull(), cause };
  if (code !== null || error instanceof Untrusted) return { kind: "problem", problem: unavailable(), cause };
  return { kind: "fault", name: error instanceof Error ? error.name : "Error", message: cause };
}

export function fromFailure(failure: Failure): Error {
  if (failure.kind === "problem") {
    return new AssayError(failure.problem, { cause: new Error(failure.cause) });
  }
  if (failure.name === "RangeError") return new RangeError(failure.message);
  if (failure.name === "TypeError") return new TypeError(failure.message);
  return new Error(failure.message);
}
