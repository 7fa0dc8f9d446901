import { randomBytes } from "node:crypto";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { integer, text } from "../../records/rows.ts";
import type { Reached } from "./mark.ts";

/** How far a store has come, and how far it had come one group before. */
export interface SealRow extends Reached {
  readonly before: Reached;
}

/** The row in the database that every group moves on; null in a store of a version that had none. */
export function readSeal(db: DatabaseSync): SealRow | null {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'seal'").get() === undefined) return null;
  const row = db.prepare("SELECT * FROM seal WHERE id = 0").get();
  return {
    writes: integer(row, "writes"),
    head: text(row, "head"),
    before: { writes: integer(row, "before_writes"), head: text(row, "before_head") },
  };
}

/** Moves the seal on inside a group's transaction. */
export class SealWriter {
  readonly #advance: StatementSync;
  readonly #changes: StatementSync;
  #at: Reached;
  #changesBefore: number;

  constructor(db: DatabaseSync, at: Reached) {
    this.#advance =
      db.prepare(`UPDATE seal SET before_writes = writes, before_head = head, writes = ?, head = ?
      WHERE id = 0`);
    this.#changes = db.prepare("SELECT total_changes() AS n");
    this.#at = at;
    this.#changesBefore = this.#totalChanges();
  }

  /** Where the seal goes with a group of `writes`; null when the group changed nothing. The transaction is still open. */
  advance(writes: number): Reached | null {
    if (this.#totalChanges() === this.#changesBefore) return null;
    const next = { writes: this.#at.writes + writes, head: randomBytes(16).toString("hex") };
    this.#advance.run(next.writes, next.head);
    this.#changesBefore = this.#totalChanges();
    return next;
  }

  /** The group is committed. */
  settle(next: Reached): void {
    this.#at = next;
  }

  get at(): Reached {
    return this.#at;
  }

  #totalChanges(): number {
    return integer(this.#changes.get(), "n");
  }
}
