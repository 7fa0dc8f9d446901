import type { Row } from "../records/rows.ts";

/** A statement that each connection prepares once, under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/**
 * The statements of one connection, in a transaction where a write runs. They are sent at once and answered in order, so several
 * may be under way. A failed statement rejects with the server's error.
 */
export interface Sql {
  rows(statement: Statement, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** How many rows the statement changed. */
  run(statement: Statement, values?: readonly unknown[]): Promise<number>;
}

export const statement = (name: string, text: string): Statement => ({ name, text });

/** The first row, or undefined. */
export async function first(
  sql: Sql,
  of: Statement,
  values: readonly unknown[] = [],
): Promise<Row | undefined> {
  return (await sql.rows(of, values))[0];
}
