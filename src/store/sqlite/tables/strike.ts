import type { DatabaseSync } from "node:sqlite";
import type { StrikeRecord } from "../../../flow/strike.ts";
import { ExhibitRows } from "./exhibits.ts";
import { standingNoter } from "./standingChanges.ts";
import { suspender } from "./suspend.ts";

export interface StrikeWriter {
  /** Records a strike and its consequences, inside the caller's transaction. */
  record(strike: StrikeRecord): void;
  /** Forfeits the hotkey's unverified credit, inside the caller's transaction. */
  forfeit(hotkey: string): void;
  /** Whether the hotkey was struck after a submission arrived; within one millisecond the row id decides. */
  struckSince(hotkey: string, receivedAt: number, submissionId: number): boolean;
}

export function strikeWriter(db: DatabaseSync, now: () => number): StrikeWriter {
  const insert = db.prepare(`INSERT INTO strikes (strike_id, hotkey, lane, block, at, evidence, suspend_until,
      counted, after_id)
    VALUES (?, ?, ?, ?, ?, ?, ?, 1, (SELECT coalesce(max(id), 0) FROM submissions))`);
  // A hotkey that was dropped since its answer: standing is loaded, and retention drops, by what was seen.
  const sight =
    db.prepare(`INSERT INTO miners (hotkey, first_seen, last_seen, submitted, accepted, rejected, void)
    VALUES (?1, ?2, ?2, 0, 0, 0, 0) ON CONFLICT DO NOTHING`);
  const forfeitSolves = db.prepare(
    "UPDATE solves SET forfeited = 1 WHERE hotkey = ? AND verified = 0 AND forfeited = 0",
  );
  const forfeitWork = db.prepare("UPDATE work SET unverified = 0 WHERE hotkey = ? AND unverified > 0");
  const spend = db.prepare("UPDATE strikes SET counted = 0 WHERE hotkey = ? AND counted = 1");
  const since = db.prepare(
    "SELECT 1 FROM strikes WHERE hotkey = ? AND at >= ? AND (at > ? OR after_id >= ?) LIMIT 1",
  );
  const suspend = suspender(db);
  const forfeit = (hotkey: string): void => {
    forfeitSolves.run(hotkey);
    forfeitWork.run(hotkey);
  };
  const exhibits = new ExhibitRows(db);
  const note = standingNoter(db, now);

  return {
    forfeit,
    record: (strike) => {
      const { strikeId, hotkey, lane, block, at, suspendUntil } = strike;
      const { evidence, put } = exhibits.take(strike);
      const row = insert.run(strikeId, hotkey, lane, block, at, JSON.stringify(evidence), suspendUntil);
      put(Number(row.lastInsertRowid));
      sight.run(hotkey, block);
      forfeit(hotkey);
      note(hotkey);
      if (suspendUntil === null) return;
      const reason = evidence.verdict.code;
      suspend({ hotkey, kind: "strike", untilBlock: suspendUntil, reason, by: "judge", at });
      spend.run(hotkey);
    },
    struckSince: (hotkey, receivedAt, submissionId) =>
      since.get(hotkey, receivedAt, receivedAt, submissionId) !== undefined,
  };
}
