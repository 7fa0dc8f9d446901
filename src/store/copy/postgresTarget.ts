import { asFailure } from "../postgres/failure.ts";
import { migrate, refuseUpgrade } from "../postgres/migrations/migrate.ts";
import { type Statement, statement } from "../postgres/sql.ts";
import { lockParts, makeParts } from "../postgres/tables/partitions.ts";
import { COPYING_NOTE } from "../records/copying.ts";
import { integer, type Row } from "../records/rows.ts";
import { type Marker, markerText } from "./marker.ts";
import { cellsOf, insertOf } from "./postgresRows.ts";
import { type PostgresAt, PostgresSide, takeServer } from "./postgresSide.ts";
import type { Part, Target } from "./side.ts";
import { copiedTables } from "./tables.ts";

const setNote = statement(
  "copy_note",
  "INSERT INTO notes (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
);
const dropNote = statement("copy_note_drop", "DELETE FROM notes WHERE key = $1");

/** Numbers that new rows get, and what they must be past. A strike remembers a submission that may be gone. */
const numbers: Readonly<Record<string, string>> = {
  "'submission_ids'":
    "SELECT greatest((SELECT max(id) FROM submissions), (SELECT max(after_id) FROM strikes)) AS most",
  "pg_get_serial_sequence('strikes', 'id')": "SELECT max(id) AS most FROM strikes",
  "pg_get_serial_sequence('operator_actions', 'id')": "SELECT max(id) AS most FROM operator_actions",
  "pg_get_serial_sequence('customer_jobs', 'id')": "SELECT max(id) AS most FROM customer_jobs",
  "pg_get_serial_sequence('alert_events', 'id')": "SELECT max(id) AS most FROM alert_events",
  "pg_get_serial_sequence('process_starts', 'id')": "SELECT max(id) AS most FROM process_starts",
};

/** Epochs of which it is remembered that their parts are there. */
const KNOWN_MOST = 4096;

/** The store of a server that rows are copied into. */
export class PostgresTarget extends PostgresSide implements Target {
  readonly #known = new Set<number>();

  async isEmpty(): Promise<boolean> {
    for (const { name } of copiedTables)
      if ((await this.rows(statement("", `SELECT 1 FROM ${name} LIMIT 1`))).length > 0) return false;
    return true;
  }

  async store({ table, epoch }: Part, rows: readonly Row[], marker: Marker): Promise<void> {
    // An epoch on record has parts, whether or not they have rows.
    const epochs =
      table.name === "epochs" ? rows.map((row) => integer(row, "epoch")) : epoch === null ? [] : [epoch];
    for (const one of epochs) await this.#makeParts(one);
    await this.#transact([
      [insertOf(table), cellsOf(table, rows, this.shown)],
      [setNote, [COPYING_NOTE, markerText(marker)]],
    ]);
  }

  async mark(marker: Marker | null): Promise<void> {
    if (marker === null) await this.#transact([[dropNote, [COPYING_NOTE]]]);
    else await this.#transact([[setNote, [COPYING_NOTE, markerText(marker)]]]);
  }

  async finish(): Promise<void> {
    for (const [sequence, most] of Object.entries(numbers))
      await this.rows(
        statement(
          "",
          `SELECT setval(${sequence}, most) FROM (${most}) past WHERE most IS NOT NULL AND most > 0`,
        ),
      );
  }

  async #makeParts(epoch: number): Promise<void> {
    if (this.#known.has(epoch)) return;
    await this.#atOnce(async () => {
      await lockParts(this.connection);
      await makeParts(this.connection, epoch);
    });
    if (this.#known.size >= KNOWN_MOST) this.#known.clear();
    this.#known.add(epoch);
  }

  #transact(writes: readonly (readonly [Statement, readonly unknown[]])[]): Promise<void> {
    return this.#atOnce(async () => {
      for (const [write, values] of writes) await this.connection.run(write, values);
    });
  }

  async #atOnce(work: () => Promise<void>): Promise<void> {
    const { connection } = this;
    connection.begin();
    try {
      await work();
      await connection.commit();
    } catch (error) {
      await connection.rollback();
      throw asFailure(error, this.shown);
    }
  }
}

/** Opens the store of a server for a copy, and makes its tables in an empty database. Throws what a start throws, but for `store_copying`. */
export async function openPostgresTarget(
  at: PostgresAt,
  { backedUp = false }: { readonly backedUp?: boolean } = {},
): Promise<PostgresTarget> {
  const { shown, connection } = await takeServer(at);
  try {
    await migrate(connection, shown, backedUp ? () => {} : refuseUpgrade(shown));
    return new PostgresTarget(shown, connection);
  } catch (error) {
    await connection.close();
    throw asFailure(error, shown);
  }
}
