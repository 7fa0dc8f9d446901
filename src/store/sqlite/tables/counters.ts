import type { DatabaseSync } from "node:sqlite";
import { integer } from "../../records/rows.ts";

type Counter = "node" | "stream" | "standing";

/** Numbers that only grow. */
export interface Counters {
  /** One more than the last, from 1; inside the caller's transaction. */
  next(name: Counter): number;
  /** The last one; 0 before the first. */
  last(name: Counter): number;
}

export function counters(db: DatabaseSync): Counters {
  const next = db.prepare(`INSERT INTO counters (name, value) VALUES (?, 1)
    ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value`);
  const last = db.prepare("SELECT value FROM counters WHERE name = ?");
  return {
    next: (name) => integer(next.get(name), "value"),
    last: (name) => {
      const row = last.get(name);
      return row === undefined ? 0 : integer(row, "value");
    },
  };
}
