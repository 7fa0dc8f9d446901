import { integer, integerOrNull, type Row, text } from "../../records/rows.ts";
import { first, type Sql, statement } from "../sql.ts";

/** Where a server is in the log of changes. */
export interface Position {
  /** What servers that hold the same data share. */
  readonly system: string;
  /** Bytes. */
  readonly position: number;
}

const written = statement(
  "position_written",
  `SELECT system_identifier::text AS system, pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0') AS position
    FROM pg_control_system()`,
);
const replayed = statement(
  "position_replayed",
  `SELECT system_identifier::text AS system, pg_is_in_recovery()::int AS standby,
      pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0') AS position
    FROM pg_control_system()`,
);

export async function primaryPosition(sql: Sql): Promise<Position> {
  const row = await first(sql, written);
  return { system: text(row, "system"), position: integer(row, "position") };
}

/** Throws when the server is no standby. */
export async function replicaPosition(sql: Sql): Promise<Position> {
  const row: Row = (await first(sql, replayed)) ?? {};
  const position = integerOrNull(row, "position");
  if (row.standby !== 1 || position === null) throw new Error("the server is not a standby");
  return { system: text(row, "system"), position };
}
