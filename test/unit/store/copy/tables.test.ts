import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import pg from "pg";
import { copiedTables, notCopied } from "../../../../src/store/copy/tables.ts";
import { migrate } from "../../../../src/store/sqlite/migrations/migrate.ts";
import { testDatabases } from "../../../support/store/postgresDatabases.ts";

const databases = testDatabases();
const known = [...copiedTables.map(({ name }) => name), ...Object.keys(notCopied)];

/** Columns that a copied table has beside those that are copied. */
function left(table: string, columns: readonly string[]): string[] {
  const copied = copiedTables.find(({ name }) => name === table);
  if (copied === undefined) return [];
  const named = [...copied.columns.map(({ name }) => name), ...copied.fresh];
  return columns.filter((column) => !named.includes(column));
}

test("every table of SQLite is copied or named with the reason, and so is every column", () => {
  const db = new DatabaseSync(":memory:");
  migrate(db, () => {});
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  for (const { name } of tables) {
    assert.ok(known.includes(String(name)), String(name));
    const columns = db.prepare("SELECT name FROM pragma_table_info(?)").all(String(name));
    const names = columns.map((column) => String(column.name));
    assert.deepEqual(left(String(name), names), [], String(name));
  }
  db.close();
});

test("every table of PostgreSQL is copied or named with the reason, and so is every column", async () => {
  const all = await databases.get();
  const url = await all.make();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ name: string; columns: string[] }>(
    `SELECT c.relname AS name, array_agg(a.attname::text) AS columns FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
     GROUP BY 1`,
  );
  await client.end();
  assert.ok(rows.length >= copiedTables.length);
  for (const { name, columns } of rows) {
    assert.ok(known.includes(name), name);
    assert.deepEqual(left(name, columns), [], name);
  }
  await all.drop(url);
});
