import type { Evidence, LedgerStrike, StoredStrike } from "../../flow/strike.ts";
import { flag, integer, integerOrNull, json, type Row, real, text } from "./rows.ts";

const evidenceMembers = [
  "work_id",
  "receipt_id",
  "answer_sha256",
  "draw",
  "verdict",
  "checker",
  "rule",
] as const;

/** The most strikes of one answer; the newest. */
export const STRIKES_SERVED = 200;

export function strikeOf(row: Row): StoredStrike {
  return {
    strikeId: text(row, "strike_id"),
    hotkey: text(row, "hotkey"),
    lane: text(row, "lane"),
    block: integer(row, "block"),
    at: real(row, "at"),
    evidence: json<Evidence>(row, "evidence", evidenceMembers),
    suspendUntil: integerOrNull(row, "suspend_until"),
    counted: flag(row, "counted"),
  };
}

export const ledgerStrikeOf = (row: Row): LedgerStrike => ({ ...strikeOf(row), number: integer(row, "id") });

/** A strike as it is published. */
function published({ hotkey: _, strikeId, suspendUntil, evidence, ...rest }: StoredStrike): object {
  return { strike_id: strikeId, ...rest, suspended_until: suspendUntil, evidence };
}

/** The text of a `StrikeList`. */
export function strikesTextOf(hotkey: string, strikes: readonly StoredStrike[]): string {
  return JSON.stringify({ hotkey, items: strikes.map(published) });
}
