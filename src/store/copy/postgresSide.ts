import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import { noMetrics } from "../../core/metrics.ts";
import { AssayError } from "../../core/problems/assayError.ts";
import { type Random, systemRandom } from "../../core/random.ts";
import { addressOf } from "../postgres/address.ts";
import type { Connection } from "../postgres/connection.ts";
import { Connector } from "../postgres/connector.ts";
import { takeStore } from "../postgres/exclusive.ts";
import { asFailure } from "../postgres/failure.ts";
import { knownVersion, versionOf } from "../postgres/migrations/migrate.ts";
import { withNul } from "../postgres/nul.ts";
import { first, type Statement, statement } from "../postgres/sql.ts";
import { COPYING_NOTE } from "../records/copying.ts";
import { integer, type Row, text } from "../records/rows.ts";
import { type Marker, markerOf, type RowKey } from "./marker.ts";
import { isFreeText } from "./postgresRows.ts";
import type { Part, Side } from "./side.ts";
import type { CopiedTable } from "./tables.ts";

/** Lines that are read at once. */
const LINES = 256;
/** A batch takes milliseconds; a count of all rows reads them all. */
export const readLimits = {
  ...{ connectMs: 5000, statementMs: 3_600_000, lockMs: 60_000, idleInTransactionMs: 3_600_000 },
};

export interface PostgresAt {
  readonly url: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly random?: Random;
}

const command = (sentence: string): Statement => statement("", sentence);

const parts = command(
  `SELECT substring(c.relname FROM '_e([0-9]+)$')::bigint AS epoch FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
   WHERE i.inhparent = to_regclass(quote_ident(current_schema()) || '.' || quote_ident($1)) ORDER BY 1`,
);
/** The embedded store has the end of every log in its epoch's row; here that of an open epoch is its last line. */
const epochsWithEnds = `(SELECT e.epoch, e.commitment, e.policy, e.committed_at, e.signature, e.key_id, e.closed_at, e.revealed_key,
    e.terms, e.ends_at, coalesce(l.hash, e.log_head) AS log_head, coalesce(l.n + 1, e.log_length) AS log_length
  FROM epochs e LEFT JOIN LATERAL (SELECT n, hash FROM log_lines WHERE epoch = e.epoch ORDER BY n DESC LIMIT 1) l
    ON e.closed_at IS NULL) epochs`;
const sourceOf = (name: string): string => (name === "epochs" ? epochsWithEnds : name);
const note = command("SELECT value FROM notes WHERE key = $1");
const hasNodes = command(
  "SELECT (to_regclass(quote_ident(current_schema()) || '.nodes') IS NOT NULL)::int AS ours",
);
const livingNodes = command(
  "SELECT count(*) AS n FROM nodes WHERE until > extract(epoch FROM clock_timestamp()) * 1000",
);

/** The store of a server as it is copied or compared, over one connection that holds its lock. */
export class PostgresSide implements Side {
  readonly kind = "postgres";
  readonly shown: string;
  protected readonly connection: Connection;

  constructor(shown: string, connection: Connection) {
    this.shown = shown;
    this.connection = connection;
  }

  state(): string {
    return this.shown;
  }

  async epochs({ name }: CopiedTable): Promise<readonly number[]> {
    return (await this.rows(parts, [name])).map((row) => integer(row, "epoch"));
  }

  async count({ name }: CopiedTable): Promise<number> {
    return integer((await this.rows(command(`SELECT count(*) AS n FROM ${name}`)))[0], "n");
  }

  async *batches(part: Part, after: RowKey | null): AsyncIterable<readonly Row[]> {
    const { table, epoch } = part;
    const { name, columns, key, batch } = table;
    const names = columns.map((column) => column.name).join(", ");
    const places = key.map((_, index) => `$${index + 1}`).join(", ");
    const within = epoch === null ? "" : `AND epoch = ${epoch}`;
    const page = (where: string): Statement =>
      command(
        `SELECT ${names} FROM ${sourceOf(name)} WHERE ${where} ${within} ORDER BY ${key.join(", ")} LIMIT ${batch}`,
      );
    const next = page(`(${key.join(", ")}) > (${places})`);
    for (let last = after; ; ) {
      const rows = last === null ? await this.rows(page("true")) : await this.rows(next, last);
      const end = rows.at(-1);
      if (end !== undefined) yield rows.map((row) => plain(table, row));
      if (end === undefined || rows.length < batch) return;
      last = key.map((column) => end[column] as string | number);
    }
  }

  async *logRows(epoch: number): AsyncIterable<readonly Row[]> {
    const page = command(`SELECT s.*, l.n, l.hash, l.line FROM log_lines l LEFT JOIN submissions s
      ON s.id = l.submission AND s.epoch = l.epoch WHERE l.epoch = ${epoch} AND l.n > $1 ORDER BY l.n LIMIT ${LINES}`);
    for (let last = -1; ; ) {
      const rows = await this.rows(page, [last]);
      if (rows.length > 0) yield rows;
      if (rows.length < LINES) return;
      last = integer(rows.at(-1), "n");
    }
  }

  async marker(): Promise<Marker | null> {
    const row = (await this.rows(note, [COPYING_NOTE]))[0];
    return row === undefined ? null : markerOf(text(row, "value"));
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  protected async rows(of: Statement, values: readonly unknown[] = []): Promise<readonly Row[]> {
    try {
      return await this.connection.rows(of, values);
    } catch (error) {
      throw asFailure(error, this.shown);
    }
  }
}

/** Texts as people wrote them, and an empty `bytea` for none. */
function plain(table: CopiedTable, row: Row): Row {
  for (const { name, type } of table.columns) {
    const value = row[name];
    if (type === "bytea") row[name] = value ?? new Uint8Array(0);
    else if (typeof value === "string" && isFreeText(table, name)) row[name] = withNul(value);
  }
  return row;
}

/** A connection that holds the store's lock. Throws `store_in_use` while a validator runs on it. */
export async function takeServer({ url, log, clock, random = systemRandom }: PostgresAt): Promise<{
  readonly shown: string;
  readonly connection: Connection;
}> {
  const address = addressOf(url);
  const { shown } = address;
  const of = { address, purpose: "writable", name: "assay store", limits: readLimits } as const;
  const connector = new Connector({ ...of, log, clock, random, metrics: noMetrics });
  const connection = await takeStore(connector, shown, "alone");
  try {
    const isShared = integer(await first(connection, hasNodes), "ours") === 1;
    const living = isShared ? integer(await first(connection, livingNodes), "n") : 0;
    if (living > 0) throw new AssayError({ code: "store_in_use", file: shown });
  } catch (error) {
    await connection.close();
    throw asFailure(error, shown);
  }
  return { shown, connection };
}

/** Opens the store of a server to read it. Nothing of it is changed. */
export async function openPostgresSource(at: PostgresAt): Promise<PostgresSide> {
  const { shown, connection } = await takeServer(at);
  const version = await versionOf(connection);
  if (version === knownVersion) return new PostgresSide(shown, connection);
  await connection.close();
  if (version > knownVersion)
    throw new AssayError({ code: "store_too_new", file: shown, version, known: knownVersion });
  const why = version === 0 ? "there is no store" : "it is of an earlier version";
  const remedy = version === 0 ? "Name its database." : "Bring it up to date first: `assay store migrate`.";
  throw new AssayError({ code: "store_copy_refused", file: shown, why, remedy });
}
