import { first, type Sql, statement } from "../sql.ts";

const extend = statement("retired_extend", "UPDATE retired_epochs SET last = $1 WHERE last = $1 - 1");
const insert = statement("retired_insert", "INSERT INTO retired_epochs (first, last) VALUES ($1, $1)");
const find = statement(
  "retired_find",
  `SELECT 1 FROM (SELECT last FROM retired_epochs WHERE first <= $1 ORDER BY first DESC LIMIT 1) r WHERE last >= $1`,
);

/**
 * Epochs whose records retention dropped, as ranges: their keys are public, so they must never be committed again, however far
 * the clock steps back. Consecutive epochs share a row.
 */
export async function addRetired(sql: Sql, epoch: number): Promise<void> {
  if ((await sql.run(extend, [epoch])) === 0) await sql.run(insert, [epoch]);
}

export async function isRetired(sql: Sql, epoch: number): Promise<boolean> {
  return (await first(sql, find, [epoch])) !== undefined;
}
