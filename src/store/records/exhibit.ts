import { inflateRawSync } from "node:zlib";
import type { Evidence, Exhibit } from "../../flow/strike.ts";
import { bytes, type Row, Unreadable } from "./rows.ts";

/** The most bytes of exhibits, as stored, that are kept of one hotkey per day: some 20 proofs; one strike suspends for a day. */
export const HOTKEY_DAY_BYTES = 16_384;
/** A longer exhibit does not fit, as digits compress to a half; it is not tried, since compressing 64 KB takes milliseconds. */
export const EXHIBIT_TEXT_MOST = 2 * HOTKEY_DAY_BYTES;

function exhibitOf(row: Row): Exhibit {
  try {
    const text = inflateRawSync(bytes(row, "body"), { maxOutputLength: EXHIBIT_TEXT_MOST }).toString("utf8");
    return JSON.parse(text) as Exhibit;
  } catch {
    throw new Unreadable("column body does not hold an exhibit");
  }
}

/** The evidence of a strike's row with its exhibit, if that is still kept. */
export function completeEvidence(evidence: Evidence, exhibit: Row | undefined): Evidence {
  if (evidence.exhibit_dropped === undefined || exhibit === undefined) return evidence;
  const { exhibit_dropped: _, ...kept } = evidence;
  return { ...kept, exhibit: exhibitOf(exhibit) };
}
