import type { DatabaseSync } from "node:sqlite";
import type { StoredMiner } from "../../../flow/store.ts";
import type { Evidence, StoredStrike } from "../../../flow/strike.ts";
import { flag, integer, integerOrNull, json, type Row, real, text } from "../../records/rows.ts";
import { ExhibitRows } from "./exhibits.ts";
import { read } from "./operation.ts";

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

/** A strike as it is published. */
function published({ hotkey: _, strikeId, suspendUntil, evidence, ...rest }: StoredStrike): object {
  return { strike_id: strikeId, ...rest, suspended_until: suspendUntil, evidence };
}

/** The most strikes of one answer; the newest. */
const STRIKES_SERVED = 200;

export function minerOperations(db: DatabaseSync) {
  const exhibits = new ExhibitRows(db);
  const one = db.prepare("SELECT * FROM miners WHERE hotkey = ?");
  // No hotkey is below the empty text.
  const page = db.prepare("SELECT * FROM miners WHERE hotkey > ? ORDER BY hotkey LIMIT ?");
  const strikes = db.prepare(
    `SELECT * FROM strikes WHERE hotkey = ? ORDER BY at DESC, after_id DESC, id DESC LIMIT ${STRIKES_SERVED}`,
  );
  const complete = (row: Row): StoredStrike => {
    const strike = strikeOf(row);
    return { ...strike, evidence: exhibits.complete(integer(row, "id"), strike.evidence) };
  };
  return {
    miner: read((hotkey: string): StoredMiner | null => {
      const row = one.get(hotkey);
      return row === undefined ? null : minerOf(row);
    }),
    miners: read((after: string | null, limit: number): StoredMiner[] =>
      page.all(after ?? "", limit).map(minerOf),
    ),
    strikes: read((hotkey: string): StoredStrike[] => strikes.all(hotkey).reverse().map(complete)),
    strikesText: read((hotkey: string): string =>
      JSON.stringify({ hotkey, items: strikes.all(hotkey).reverse().map(complete).map(published) }),
    ),
  };
}
