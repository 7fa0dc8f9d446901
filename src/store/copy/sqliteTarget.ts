import type { Clock } from "../../core/clock.ts";
import { COPYING_NOTE } from "../records/copying.ts";
import type { Row } from "../records/rows.ts";
import { asProblem, type OpenFile, openFile } from "../sqlite/file.ts";
import { type Marker, markerText } from "./marker.ts";
import type { Part, Target } from "./side.ts";
import { sqliteInserts } from "./sqliteRows.ts";
import { SqliteSide } from "./sqliteSide.ts";
import { copiedTables } from "./tables.ts";

/** A store in a file that rows are copied into, in transactions that are counted as those of a validator. */
export class SqliteTarget extends SqliteSide implements Target {
  readonly #opened: OpenFile;
  readonly #clock: Clock;
  readonly #insert: ReturnType<typeof sqliteInserts>;

  constructor(file: string, opened: OpenFile, clock: Clock) {
    super(file, opened.db, () => opened.close());
    this.#opened = opened;
    this.#clock = clock;
    this.#insert = sqliteInserts(opened.db);
  }

  async isEmpty(): Promise<boolean> {
    return copiedTables.every(
      ({ name }) => this.db.prepare(`SELECT 1 FROM ${name} LIMIT 1`).get() === undefined,
    );
  }

  async store({ table }: Part, rows: readonly Row[], marker: Marker): Promise<void> {
    this.#commit(rows.length, () => {
      this.#insert(table, rows);
      this.#note(marker);
    });
  }

  async mark(marker: Marker | null): Promise<void> {
    this.#commit(1, () => this.#note(marker));
  }

  /** The next id is one more than the greatest. */
  async finish(): Promise<void> {}

  #note(marker: Marker | null): void {
    if (marker === null) this.db.prepare("DELETE FROM notes WHERE key = ?").run(COPYING_NOTE);
    else
      this.db
        .prepare(
          "INSERT INTO notes (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .run(COPYING_NOTE, markerText(marker));
  }

  #commit(writes: number, work: () => void): void {
    const { guard } = this.#opened;
    try {
      this.db.exec("BEGIN IMMEDIATE");
      work();
      guard.beforeCommit(writes);
      this.db.exec("COMMIT");
      guard.afterCommit();
      guard.rest(this.#clock);
    } catch (error) {
      if (this.db.isTransaction) this.db.exec("ROLLBACK");
      throw asProblem(error, this.shown);
    }
  }
}

/** Opens or makes the file of a store for a copy. Throws what a start throws, but for `store_copying`. */
export function openSqliteTarget(file: string, clock: Clock): SqliteTarget {
  const opened = openFile(file, { forCopy: true });
  // Rows are sorted when both stores are compared: not in memory.
  opened.db.exec("PRAGMA temp_store = FILE");
  return new SqliteTarget(file, opened, clock);
}
