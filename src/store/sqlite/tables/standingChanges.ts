import type { DatabaseSync } from "node:sqlite";
import { CHANGES_KEPT, type StandingChanges } from "../../../flow/standingChanges.ts";
import { integer, text } from "../../records/rows.ts";
import { counters } from "./counters.ts";
import { read } from "./operation.ts";

/** Notes inside the caller's transaction that the standing of a hotkey changed. */
export type StandingNote = (hotkey: string) => void;

export function standingNoter(db: DatabaseSync, now: () => number): StandingNote {
  const numbers = counters(db);
  const insert = db.prepare("INSERT INTO standing_changes (n, hotkey, at) VALUES (?, ?, ?)");
  return (hotkey) => {
    insert.run(numbers.next("standing"), hotkey, now());
  };
}

/** Drops some that are too old or too many; returns how many. */
export function changeDropper(db: DatabaseSync, now: () => number, rows: number): () => number {
  const drop = db.prepare(`DELETE FROM standing_changes WHERE n IN
    (SELECT n FROM standing_changes WHERE at < ? OR n <= ? ORDER BY n LIMIT ${rows})`);
  const numbers = counters(db);
  return () =>
    Number(drop.run(now() - CHANGES_KEPT.ms, numbers.last("standing") - CHANGES_KEPT.count).changes);
}

export function standingChangeOperations(db: DatabaseSync) {
  const numbers = counters(db);
  const oldest = db.prepare("SELECT min(n) AS n FROM standing_changes");
  const page = db.prepare("SELECT n, hotkey FROM standing_changes WHERE n > ? ORDER BY n LIMIT ?");
  return {
    standingChanges: read((after: number | null, limit: number): StandingChanges => {
      const last = numbers.last("standing");
      if (after === null) return { last, hotkeys: [] };
      const first = oldest.get()?.n ?? last + 1;
      // A number that was never given belongs to another store, or to one that lost its end.
      if (after > last || after < Number(first) - 1) return { last, hotkeys: null };
      const rows = page.all(after, limit);
      const reached = rows.at(-1);
      return {
        last: reached === undefined ? after : integer(reached, "n"),
        hotkeys: [...new Set(rows.map((row) => text(row, "hotkey")))],
      };
    }),
  };
}
