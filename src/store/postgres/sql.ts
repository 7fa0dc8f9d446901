import type { NudgeTopic } from "../../flow/nudges.ts";
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
  /** Notes that the transaction changes the standing of the hotkey. It gets its number as the last thing before the commit. */
  noteStanding(hotkey: string): void;
  /** Listeners are told once the transaction is committed. */
  tell(topic: NudgeTopic): void;
}

/** Unix ms by the server's clock, at the moment that it is looked at. */
export const NOW = "(extract(epoch FROM clock_timestamp()) * 1000)::float8";

export const statement = (name: string, text: string): Statement => ({ name, text });

/** The first row, or undefined. */
export async function first(
  sql: Sql,
  of: Statement,
  values: readonly unknown[] = [],
): Promise<Row | undefined> {
  return (await sql.rows(of, values))[0];
}
