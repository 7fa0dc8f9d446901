import type { DatabaseSync, StatementSync } from "node:sqlite";

/**
 * Ranges of epochs whose records retention dropped: their keys are public, so they must never be committed again, however
 * far the clock steps back.
 */
export class RetiredEpochs {
  readonly #extend: StatementSync;
  readonly #insert: StatementSync;
  readonly #find: StatementSync;

  constructor(db: DatabaseSync) {
    this.#extend = db.prepare("UPDATE retired_epochs SET last = ?1 WHERE last = ?1 - 1");
    this.#insert = db.prepare("INSERT INTO retired_epochs (first, last) VALUES (?1, ?1)");
    this.#find = db.prepare(
      "SELECT 1 FROM (SELECT last FROM retired_epochs WHERE first <= ?1 ORDER BY first DESC LIMIT 1) WHERE last >= ?1",
    );
  }

  /** Adds inside the caller's transaction; consecutive epochs share a row. */
  add(epoch: number): void {
    if (this.#extend.run(epoch).changes === 0) this.#insert.run(epoch);
  }

  has(epoch: number): boolean {
    return this.#find.get(epoch) !== undefined;
  }
}
