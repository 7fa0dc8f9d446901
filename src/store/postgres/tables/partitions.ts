import { integer } from "../../records/rows.ts";
import { first, type Sql, statement } from "../sql.ts";

/** The tables of which every epoch has a part of its own. */
export const partitioned = ["submissions", "answers", "log_lines", "solves", "pages"] as const;
export type Partitioned = (typeof partitioned)[number];

/** Rows of these are written once more: their pages keep room for it. */
export const settings: Readonly<Record<Partitioned, string>> = {
  submissions: "fillfactor = 70",
  answers: "fillfactor = 90",
  log_lines: "fillfactor = 100",
  solves: "fillfactor = 100",
  pages: "fillfactor = 70",
};

/** Held while parts are made or dropped. */
const LOCK = 0x41535350;

/** The table of an epoch's part; naming it spares the planner all the others. */
export function partOf(table: Partitioned, epoch: number): string {
  if (!Number.isSafeInteger(epoch) || epoch < 0)
    throw new RangeError(`epoch ${epoch} has no part of a table`);
  return `${table}_e${epoch}`;
}

// Not by `to_regclass`, which may answer after the wait for the lock as it would have before.
// by_owner: the roles of `assay store roles` are in force, under which the owner's functions make and drop parts.
const attached = statement(
  "part_attached",
  `SELECT count(*) AS n, (to_regprocedure('assay_make_part(text,bigint)') IS NOT NULL)::int AS by_owner
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE relnamespace = current_schema()::regnamespace AND relname = $1`,
);
const makeByOwner = statement("part_make", "SELECT assay_make_part($1, $2)");
const dropByOwner = statement("part_drop", "SELECT assay_drop_part($1, $2)");

const lock = statement("parts_lock", `SELECT pg_advisory_xact_lock(${LOCK})`);

/** Until the transaction ends no other process makes or drops parts. */
export async function lockParts(sql: Sql): Promise<void> {
  await sql.rows(lock);
}

const command = (text: string) => statement("", text);

/** Makes what is missing of an epoch's parts, under the lock. Attaching lets readers and writers of other parts go on. */
export async function makeParts(sql: Sql, epoch: number): Promise<void> {
  for (const table of partitioned) {
    const part = partOf(table, epoch);
    const row = await first(sql, attached, [part]);
    if (integer(row, "n") > 0) continue;
    if (integer(row, "by_owner") === 1) {
      await sql.rows(makeByOwner, [table, epoch]);
      continue;
    }
    await sql.run(
      command(`CREATE TABLE IF NOT EXISTS ${part} (LIKE ${table} INCLUDING ALL) WITH (${settings[table]})`),
    );
    await sql.run(command(`ALTER TABLE ${table} ATTACH PARTITION ${part} FOR VALUES IN (${epoch})`));
  }
}

/** Drops the table of an epoch's part. */
export async function dropPartOf(sql: Sql, table: Partitioned, epoch: number): Promise<void> {
  const part = partOf(table, epoch);
  if (integer(await first(sql, attached, [part]), "by_owner") === 1)
    await sql.rows(dropByOwner, [table, epoch]);
  else await sql.run(command(`DROP TABLE ${part}`));
}
