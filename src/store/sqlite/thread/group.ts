import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type Failure, isFatal, leavesKnownState, toFailure } from "../failure.ts";
import type { Reply } from "./messages.ts";

/** Counts what is acknowledged: in the transaction before it commits, and beside the database before it is told. */
export interface Seal {
  beforeCommit(writes: number): void;
  afterCommit(): void;
}

const noSeal: Seal = { beforeCommit() {}, afterCommit() {} };

/**
 * Writes that share one transaction. Each runs under its own savepoint, so a failing write does not affect the others; when
 * the transaction itself fails, all of them fail.
 */
export class Group {
  readonly #db: DatabaseSync;
  readonly #file: string;
  readonly #seal: Seal;
  readonly #statements: Record<"begin" | "mark" | "keep" | "undo" | "commit", StatementSync>;
  #replies: Reply[] = [];
  #ids: number[] = [];
  /** Why the transaction failed; the rest of the group fails with it at once. */
  #lostTo: unknown = null;
  /** Set once the file or the disk cannot be trusted any more. */
  fatal: unknown = null;

  constructor(db: DatabaseSync, file: string, seal: Seal = noSeal) {
    this.#db = db;
    this.#file = file;
    this.#seal = seal;
    this.#statements = {
      begin: db.prepare("BEGIN IMMEDIATE"),
      mark: db.prepare("SAVEPOINT one"),
      keep: db.prepare("RELEASE one"),
      undo: db.prepare("ROLLBACK TO one"),
      commit: db.prepare("COMMIT"),
    };
  }

  get size(): number {
    return this.#ids.length;
  }

  /** Runs one write; `commit` returns its reply. */
  write(id: number, run: () => unknown): void {
    this.#ids.push(id);
    try {
      if (this.#lostTo !== null) throw this.#lostTo;
      if (!this.#db.isTransaction) this.#statements.begin.run();
      this.#statements.mark.run();
      const value = run();
      this.#statements.keep.run();
      this.#replies.push([id, null, value]);
    } catch (error) {
      this.#failOne(id, error);
    }
  }

  /** Replies to every write since the last commit, in order; durable when this returns. */
  commit(): readonly Reply[] {
    try {
      if (this.#db.isTransaction) this.#commitSealed();
    } catch (error) {
      this.#failAll(error);
    }
    const replies = this.#replies;
    this.#replies = [];
    this.#ids = [];
    this.#lostTo = this.fatal;
    return replies;
  }

  /** What a failure of COMMIT leaves is unknown, unless it found no room: then the thread ends, and a start reads it anew. */
  #commitSealed(): void {
    this.#seal.beforeCommit(this.#ids.length);
    try {
      this.#statements.commit.run();
      this.#seal.afterCommit();
    } catch (error) {
      if (!leavesKnownState(error)) this.fatal = error;
      throw error;
    }
  }

  #failOne(id: number, error: unknown): void {
    if (isFatal(error) || !this.#db.isTransaction) {
      this.#failAll(error);
      return;
    }
    try {
      this.#statements.undo.run();
      this.#statements.keep.run();
      this.#replies.push([id, toFailure(error, this.#file), null]);
    } catch (undoing) {
      this.#failAll(undoing);
    }
  }

  /** The transaction was rolled back, so all its writes fail. */
  #failAll(error: unknown): void {
    this.#lostTo = error;
    if (isFatal(error)) this.fatal = error;
    const failure: Failure = toFailure(error, this.#file);
    if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
    this.#replies = this.#ids.map((id) => [id, failure, null]);
  }
}
