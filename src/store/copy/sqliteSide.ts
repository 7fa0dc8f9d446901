import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { AssayError } from "../../core/problems/assayError.ts";
import { COPYING_NOTE } from "../records/copying.ts";
import { lineSelect } from "../records/logLine.ts";
import { integer, type Row, text } from "../records/rows.ts";
import { asProblem, inspect } from "../sqlite/file.ts";
import { readSeal } from "../sqlite/guard/seal.ts";
import { takeLock } from "../sqlite/lock.ts";
import { knownVersion, schemaVersion } from "../sqlite/migrations/migrate.ts";
import { batched } from "./batched.ts";
import { type Marker, markerOf, type RowKey } from "./marker.ts";
import type { Part, Side } from "./side.ts";
import { selectOf, sourceOf } from "./sqliteRows.ts";
import type { CopiedTable } from "./tables.ts";

/** Lines that are read at once. */
const LINES = 256;

/** The store of a file as it is copied or compared. */
export class SqliteSide implements Side {
  readonly kind = "sqlite";
  readonly shown: string;
  protected readonly db: DatabaseSync;
  readonly #close: () => void;

  constructor(file: string, db: DatabaseSync, close: () => void) {
    this.shown = file;
    this.db = db;
    this.#close = close;
  }

  state(): string {
    const seal = readSeal(this.db);
    return `${seal?.writes} ${seal?.head}`;
  }

  async epochs(table: CopiedTable): Promise<readonly number[]> {
    const of = table.name === "answers" ? "s.epoch" : "t.epoch";
    const rows = this.#all(`SELECT DISTINCT ${of} AS epoch FROM ${sourceOf(table)} ORDER BY 1`);
    return rows.map((row) => this.#guarded(() => integer(row, "epoch")));
  }

  async count({ name }: CopiedTable): Promise<number> {
    return integer(this.#all(`SELECT count(*) AS n FROM ${name}`)[0], "n");
  }

  async *batches({ table, epoch }: Part, after: RowKey | null): AsyncIterable<readonly Row[]> {
    const conditions = [
      ...(epoch === null ? [] : ["epoch = ?"]),
      ...(after === null ? [] : [`(${table.key.join(", ")}) > (${table.key.map(() => "?").join(", ")})`]),
    ];
    const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
    const sql = `SELECT * FROM (${selectOf(table)}) ${where} ORDER BY ${table.key.join(", ")}`;
    const values = [...(epoch === null ? [] : [epoch]), ...(after ?? [])];
    const blobs = table.columns.filter(({ type }) => type === "bytea").map(({ name }) => name);
    for await (const rows of this.#read(sql, values, table.batch)) {
      // An empty blob may come back as null.
      for (const row of rows) for (const name of blobs) row[name] ??= new Uint8Array(0);
      yield rows;
    }
  }

  logRows(epoch: number): AsyncIterable<readonly Row[]> {
    return this.#read(`${lineSelect} ORDER BY l.n`, [epoch], LINES);
  }

  async marker(): Promise<Marker | null> {
    const row = this.db.prepare("SELECT value FROM notes WHERE key = ?").get(COPYING_NOTE);
    return row === undefined ? null : markerOf(text(row, "value"));
  }

  async close(): Promise<void> {
    this.#close();
  }

  async *#read(sql: string, values: readonly (string | number)[], size: number): AsyncIterable<Row[]> {
    try {
      yield* batched(this.db.prepare(sql).iterate(...values), size);
    } catch (error) {
      throw asProblem(error, this.shown);
    }
  }

  #all(sql: string): Row[] {
    return this.#guarded(() => this.db.prepare(sql).all());
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw asProblem(error, this.shown);
    }
  }
}

function refused(file: string, why: string, remedy: string): AssayError {
  return new AssayError({ code: "store_copy_refused", file, why, remedy });
}

/** Opens a store to read it, under its lock, once it was found whole. Nothing of it is changed. */
export function openSqliteSource(file: string): SqliteSide {
  if (!existsSync(file)) throw refused(file, "there is no store", "Name the data directory with --data.");
  try {
    const lock = takeLock(file);
    try {
      inspect(file);
      const db = new DatabaseSync(file, { readOnly: true });
      const close = (): void => {
        db.close();
        lock.release();
      };
      if (schemaVersion(db) === knownVersion) return new SqliteSide(file, db, close);
      close();
    } catch (error) {
      lock.release();
      throw error;
    }
  } catch (error) {
    throw asProblem(error, file);
  }
  const remedy = "Start and stop a validator of this version on it first, which brings it up to date.";
  throw refused(file, "it is of an earlier version, and a copy does not change its source", remedy);
}
