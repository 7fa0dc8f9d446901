import { BlockNotPinnedError } from "polkadot-api";
import { AssayError, causeText } from "../../../core/problems/assayError.ts";

/** How the client library names an entry that the runtime does not have. */
const NOT_FOUND = /^Runtime entry (?:\w+\()?([\w.]+)\)? not found$/;

/** Whether the runtime lacks or changed an entry, which no other connection would change. */
export function isEntryFault(error: unknown): boolean {
  if (error instanceof AssayError) return error.code === "chain_entry_missing";
  return NOT_FOUND.test(causeText(error));
}

/** The same error, or `chain_entry_missing` where the runtime does not have the entry that was read. */
export function entryFault(entry: string, error: unknown): unknown {
  if (!NOT_FOUND.test(causeText(error))) return error;
  return new AssayError(
    { code: "chain_entry_missing", entry, cause_text: "the runtime does not have it" },
    { cause: error },
  );
}

/** Whether a node no longer has the state of the block that was read at. */
export function isBlockGone(error: unknown): boolean {
  return error instanceof BlockNotPinnedError;
}
