import assert from "node:assert/strict";
import { test } from "node:test";
import pg from "pg";
import type { Store } from "../../../../src/flow/store.ts";
import { roles, rolesSql } from "../../../../src/store/postgres/roles.ts";
import { commitment, EPOCH, wholeLog } from "../../../conformance/store/fixtures.ts";
import { fill } from "../../../support/store/fill.ts";
import { openStore, testDatabases } from "../../../support/store/postgresDatabases.ts";

const databases = testDatabases();

function as(role: string, url: string): string {
  const of = new URL(url);
  of.username = role;
  return of.href;
}

async function run(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const result: pg.QueryResult<Record<string, unknown>> = await client.query(sql);
    return result.rows;
  } finally {
    await client.end();
  }
}

const denied = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "42501";

/** What two stores that were filled alike have in common: their ids differ. */
async function shapeOf(store: Store): Promise<unknown> {
  const log = await wholeLog(store, EPOCH + 1);
  const { suspensions } = await store.standingState();
  return {
    ...{ miners: await store.miners(null, 100), credits: await store.credits(0), work: await store.work(0) },
    ...{ suspensions, log: log.map(({ type }) => type), heads: (await store.logHeads(EPOCH + 1)).length },
    queued: (await store.queuedCustomerJobs(100)).length,
  };
}

test("a validator's store works under the application's role: all it does, retention and new epochs too", async () => {
  const all = await databases.get();
  const [own, url] = [await all.make(), await all.make()];
  // As after an upgrade: parts are there, which the superuser made.
  const store = await openStore(url);
  await store.commitEpoch(commitment(EPOCH));
  await store.close();
  for (const _ of [1, 2]) await run(url, rolesSql());
  const [plain, confined] = [await openStore(own), await openStore(as(roles.app, url))];
  await fill(plain, 17, 25);
  await fill(confined, 17, 25);
  assert.deepEqual(await shapeOf(confined), await shapeOf(plain));
  const parts = await run(url, `SELECT 1 FROM pg_class WHERE relname = 'submissions_e${EPOCH}'`);
  assert.equal(parts.length, 0, "retention dropped what belongs to the first epoch");
  await plain.close();
  await confined.close();
  await all.drop(own);
  await all.drop(url);
});

test("no role does what it must not", async () => {
  const all = await databases.get();
  const url = await all.make();
  await run(url, "CREATE TABLE others (secret text); INSERT INTO others VALUES ('x')");
  await run(url, rolesSql());
  const app = await openStore(as(roles.app, url));
  await app.commitEpoch(commitment());
  await app.close();
  for (const sql of [
    ...["DROP TABLE miners", "DROP TABLE submissions", `DROP TABLE submissions_e${EPOCH}`, "TRUNCATE miners"],
    ...["ALTER TABLE miners ADD COLUMN more text", "CREATE TABLE mine (x int)", "SELECT * FROM others"],
    ...["UPDATE assay_schema SET version = 99", "SELECT * FROM pg_authid", "CREATE ROLE more"],
    ...["SELECT setval('submission_ids', 1)", "COPY miners TO PROGRAM 'true'"],
  ])
    await assert.rejects(run(as(roles.app, url), sql), denied, sql);
  // Of the owner's functions the one that drops keeps what is on record, and neither takes another table.
  for (const call of [
    `assay_drop_part('log_lines', ${EPOCH})`,
    "assay_drop_part('others', 1)",
    "assay_make_part('others', 1)",
  ])
    await assert.rejects(run(as(roles.app, url), `SELECT ${call}`), /on record|no part/, call);
  const reader = as(roles.reader, url);
  assert.equal((await run(reader, `SELECT * FROM submissions_e${EPOCH}`)).length, 0);
  assert.equal((await run(reader, "SELECT epoch FROM epochs")).length, 1);
  await run(reader, "SELECT last_value FROM submission_ids");
  await run(reader, "SELECT last_value FROM strikes_id_seq");
  // What a replica is asked, and its primary.
  for (const role of [roles.app, roles.reader])
    await run(as(role, url), "SELECT system_identifier, pg_current_wal_flush_lsn() FROM pg_control_system()");
  for (const sql of [
    ...[
      "INSERT INTO notes VALUES ('a', 'b')",
      "DELETE FROM epochs",
      "DROP TABLE miners",
      "SELECT nextval('submission_ids')",
    ],
    ...["SELECT * FROM others", "SELECT assay_make_part('pages', 1)", "CREATE TABLE mine (x int)"],
  ])
    await assert.rejects(run(reader, sql), denied, sql);
  await all.drop(url);
});

test("the owner makes the tables in an empty database, which the application then uses", async () => {
  const all = await databases.get();
  const url = await all.makeEmpty();
  await run(url, rolesSql());
  await assert.rejects(openStore(as(roles.app, url)));
  await (await openStore(as(roles.owner, url))).close();
  const app = await openStore(as(roles.app, url));
  await fill(app, 3, 10);
  await app.close();
  await all.drop(url);
});
