import type { DatabaseSync } from "node:sqlite";
import type { StoredMiner } from "../../../flow/store.ts";
import type { Evidence, StoredStrike } from "../../../flow/strike.ts";
import { read } from "./operation.ts";
import { flag, integer, integerOrNull, json, jsonText, type Row, real, text } from "./rows.ts";

const evidenceMembers = [
  "work_id",
  "receipt_id",
  "answer_sha256",
  "draw",
  "verdict",
  "checker",
  "rule",
] as const;

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

function minerOf(row: Row): StoredMiner {
  return {
    hotkey: text(row, "hotkey"),
    firstSeen: integer(row, "first_seen"),
    lastSeen: integer(row, "last_seen"),
    counts: {
      submitted: integer(row, "submitted"),
      accepted: integer(row, "accepted"),
      rejected: integer(row, "rejected"),
      void: integer(row, "void"),
    },
  };
}

/** A strike as it is published; its evidence is not parsed. */
function strikeText(row: Row): string {
  const head = JSON.stringify({
    strike_id: text(row, "strike_id"),
    lane: text(row, "lane"),
    block: integer(row, "block"),
    at: real(row, "at"),
    counted: flag(row, "counted"),
    suspended_until: integerOrNull(row, "suspend_until"),
  });
  return `${head.slice(0, -1)},"evidence":${jsonText(row, "evidence")}}`;
}

export function minerOperations(db: DatabaseSync) {
  const one = db.prepare("SELECT * FROM miners WHERE hotkey = ?");
  // No hotkey is below the empty text.
  const page = db.prepare("SELECT * FROM miners WHERE hotkey > ? ORDER BY hotkey LIMIT ?");
  const strikes = db.prepare("SELECT * FROM strikes WHERE hotkey = ? ORDER BY id");
  return {
    miner: read((hotkey: string): StoredMiner | null => {
      const row = one.get(hotkey);
      return row === undefined ? null : minerOf(row);
    }),
    miners: read((after: string | null, limit: number): StoredMiner[] =>
      page.all(after ?? "", limit).map(minerOf),
    ),
    strikesText: read((hotkey: string): string => {
      const items = strikes.all(hotkey).map(strikeText);
      return `{"hotkey":${JSON.stringify(hotkey)},"items":[${items.join(",")}]}`;
    }),
    strikes: read((hotkey: string): StoredStrike[] => strikes.all(hotkey).map(strikeOf)),
  };
}
