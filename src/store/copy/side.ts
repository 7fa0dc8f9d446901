import type { Row } from "../records/rows.ts";
import type { Marker, RowKey } from "./marker.ts";
import type { CopiedTable } from "./tables.ts";

/** A table, or the part of one epoch. */
export interface Part {
  readonly table: CopiedTable;
  readonly epoch: number | null;
}

/** A store that is copied or compared: its rows in the order of their keys, with texts as texts. Nobody else has it open. */
export interface Side {
  readonly kind: "sqlite" | "postgres";
  /** The file, or the server and the database; never a password. */
  readonly shown: string;
  /** What changes with every write, where the store keeps such a thing. */
  state(): string;
  /** Epochs that have a part of the table, ascending. */
  epochs(table: CopiedTable): Promise<readonly number[]>;
  count(table: CopiedTable): Promise<number>;
  /** Rows after a key, or from the first on. */
  batches(part: Part, after: RowKey | null): AsyncIterable<readonly Row[]>;
  /** The lines of an epoch's log with the submissions that they are made of. */
  logRows(epoch: number): AsyncIterable<readonly Row[]>;
  /** Of a copy into this store that has not ended. */
  marker(): Promise<Marker | null>;
  close(): Promise<void>;
}

/** A store that rows are copied into. */
export interface Target extends Side {
  isEmpty(): Promise<boolean>;
  /** Stores rows, and how far the copy is with them, in one transaction. */
  store(part: Part, rows: readonly Row[], marker: Marker): Promise<void>;
  /** Null: the copy has ended. */
  mark(marker: Marker | null): Promise<void>;
  /** Makes new rows get numbers past those that were copied. */
  finish(): Promise<void>;
}
