import { AssayError } from "./assayError.ts";

/** Whether trying again later can succeed: the failure says itself when to come back. Every other error ends what it concerns. */
export function isTransient(error: unknown): boolean {
  return error instanceof AssayError && "retry_after_s" in error.problem;
}
