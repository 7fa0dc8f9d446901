import type { DatabaseSync, StatementSync } from "node:sqlite";
import { LOG_HEADS_MAX, type LogHead } from "../../../flow/draw.ts";
import type { Fence } from "../../../flow/leases.ts";
import { logHeadOf } from "../../records/logHead.ts";
import { integer } from "../../records/rows.ts";
import type { ChainLog } from "./chainLog.ts";
import type { FenceCheck } from "./leases.ts";
import { read, write } from "./operation.ts";

/** The signed heads of logs; append-only. */
export class HeadRows {
  readonly #insert: StatementSync;
  readonly #last: StatementSync;
  readonly #all: StatementSync;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare(`INSERT INTO log_heads (epoch, n, lines, log_head, signed_at, key_id, signature)
      VALUES (?, ?, ?, ?, ?, ?, ?)`);
    this.#last = db.prepare("SELECT n, lines FROM log_heads WHERE epoch = ? ORDER BY n DESC LIMIT 1");
    this.#all = db.prepare("SELECT * FROM log_heads WHERE epoch = ? ORDER BY n");
  }

  /** How many heads an epoch has, and the length of its log at the last one (-1 without heads). */
  state(epoch: number): { readonly count: number; readonly lines: number } {
    const row = this.#last.get(epoch);
    return row === undefined
      ? { count: 0, lines: -1 }
      : { count: integer(row, "n") + 1, lines: integer(row, "lines") };
  }

  /** Adds inside the caller's transaction. */
  add(head: LogHead, lines: number): void {
    const { epoch, log_head, signed_at, key_id, signature } = head;
    this.#insert.run(epoch, this.state(epoch).count, lines, log_head, signed_at, key_id, signature);
  }

  all(epoch: number): LogHead[] {
    return this.#all.all(epoch).map(logHeadOf);
  }
}

export function headOperations(db: DatabaseSync, log: ChainLog, heads: HeadRows, require: FenceCheck) {
  const open = db.prepare("SELECT 1 FROM epochs WHERE epoch = ? AND closed_at IS NULL");

  return {
    addLogHead: write((head: LogHead, fence?: Fence): boolean => {
      require(fence);
      if (open.get(head.epoch) === undefined) return false;
      const { count, lines: reached } = heads.state(head.epoch);
      // The last place is reserved for the final head.
      if (count >= LOG_HEADS_MAX - 1) return false;
      const lines = log.lengthAt(head.log_head, log.endOf(head.epoch), reached + 1);
      if (lines === null || lines <= reached) return false;
      heads.add(head, lines);
      return true;
    }),
    logHeads: read((epoch: number): LogHead[] => heads.all(epoch)),
  };
}
