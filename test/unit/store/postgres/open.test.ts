import assert from "node:assert/strict";
import { test } from "node:test";
import pg from "pg";
import type { Log } from "../../../../src/core/log.ts";
import type { Metrics } from "../../../../src/core/metrics.ts";
import { AssayError } from "../../../../src/core/problems/assayError.ts";
import { addressOf } from "../../../../src/store/postgres/address.ts";
import { migrations } from "../../../../src/store/postgres/migrations/list.ts";
import { knownVersion } from "../../../../src/store/postgres/migrations/migrate.ts";
import { isMade } from "../../../../src/store/postgres/open.ts";
import { migrateStore } from "../../../../src/validator/storeCopy.ts";
import { quietModules } from "../../../../src/validator/storeSource.ts";
import { commitment, EPOCH, newSubmission } from "../../../conformance/store/fixtures.ts";
import { openStore, testDatabases } from "../../../support/store/postgresDatabases.ts";
import { problemOf } from "../../../support/thrown.ts";
import { until } from "../../../support/until.ts";

const databases = testDatabases();

async function sqlOf(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  return client;
}

async function command(url: string, text: string): Promise<void> {
  const client = await sqlOf(url);
  await client.query(text);
  await client.end();
}

function recorded(): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (event: string, data?: object): void => {
    lines.push(`${event} ${JSON.stringify(data)}`);
  };
  return { log: { debug: keep, info: keep, warn: keep, error: keep }, lines };
}

function counted(): { readonly metrics: Metrics; readonly counts: Map<string, number> } {
  const counts = new Map<string, number>();
  const metrics: Metrics = {
    counter: (name) => ({ add: (_labels, by = 1) => void counts.set(name, (counts.get(name) ?? 0) + by) }),
    gauge: () => ({ set() {} }),
    histogram: () => ({ observe() {} }),
  };
  return { metrics, counts };
}

/** Everything that an error shows, with its causes. */
function shownBy(error: unknown): string {
  const own =
    error instanceof Error ? `${error.message} ${error.stack} ${JSON.stringify(error)}` : String(error);
  return error instanceof Error && error.cause !== undefined ? `${own} ${shownBy(error.cause)}` : own;
}

test("an empty database gets its tables once, however many start at the same time", async () => {
  const url = await (await databases.get()).makeEmpty();
  assert.equal(await isMade({ url, ...quietModules }), false);
  const stores = await Promise.all([openStore(url), openStore(url), openStore(url)]);
  assert.equal(await isMade({ url, ...quietModules }), true);
  await stores[0]?.commitEpoch(commitment());
  assert.equal((await stores[2]?.openEpochs())?.length, 1);
  for (const store of stores) await store.close();
});

test("a database of another program is refused and left alone", async () => {
  const url = await (await databases.get()).makeEmpty();
  await command(url, "CREATE TABLE invoices (id integer)");
  await assert.rejects(openStore(url), { code: "store_foreign" });
  const client = await sqlOf(url);
  const { rows } = await client.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
  await client.end();
  assert.deepEqual(rows, [{ tablename: "invoices" }]);
});

test("a schema newer than the program is refused", async () => {
  const url = await (await databases.get()).make();
  await command(url, "UPDATE assay_schema SET version = version + 1");
  await assert.rejects(openStore(url), { code: "store_too_new" });
});

test("a server that does not wait for its disk is refused", async () => {
  const url = await (await databases.get()).make();
  await command(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = off`);
  await assert.rejects(openStore(url), { code: "store_not_durable" });
});

test("of two that want the store for themselves the second is refused until the first is closed", async () => {
  const url = await (await databases.get()).make();
  const first = await openStore(url, { use: "alone" });
  for (const use of ["alone", "shared"] as const)
    await assert.rejects(openStore(url, { use }), { code: "store_in_use" });
  await (await openStore(url)).close();
  await first.close();
  const [one, two] = [await openStore(url, { use: "shared" }), await openStore(url, { use: "shared" })];
  await assert.rejects(openStore(url, { use: "alone" }), { code: "store_in_use" });
  await one.close();
  await assert.rejects(openStore(url, { use: "alone" }), { code: "store_in_use" });
  await two.close();
  await (await openStore(url, { use: "alone" })).close();
});

test("a URL that cannot be used is refused without repeating it", () => {
  const bad = [
    "postgres://me:hunter2@/base",
    "postgres://me:hunter2@host",
    "postgres://me:hunter2@host/base?sslmode=maybe",
    "postgres://me:hunter2@host/base?hunter2=1",
    "postgres://me:hunter2@host/base?sslrootcert=/nowhere/ca.pem",
    "mysql://me:hunter2@host/base",
    "hunter2",
  ];
  for (const url of bad)
    assert.throws(
      () => addressOf(url),
      (error) =>
        error instanceof AssayError &&
        error.code === "store_url_invalid" &&
        // As a name of an option it is no password.
        (url.includes("?hunter2") || !shownBy(error).includes("hunter2")),
      url,
    );
});

test("TLS is asked for as sslmode says, and of another machine by default", () => {
  const of = (rest: string) => addressOf(`postgres://me@${rest}`).ssl;
  assert.equal(of("127.0.0.1/base"), false);
  assert.equal(of("localhost/base"), false);
  assert.equal(addressOf("postgres:///base?host=/run/postgresql").ssl, false);
  assert.equal(of("db.example/base?sslmode=disable"), false);
  assert.deepEqual(of("db.example/base?sslmode=require"), { rejectUnauthorized: false });
  assert.deepEqual(of("db.example/base"), { rejectUnauthorized: true, servername: "db.example" });
  const authority = of("127.0.0.1/base?sslmode=verify-ca");
  assert.ok(authority !== false && authority.rejectUnauthorized === true);
});

test("the password is in no error and no line of the log, whatever fails", async () => {
  const { log, lines } = recorded();
  const url = new URL(await (await databases.get()).make());
  url.password = "hunter2";
  const nowhere = new URL(url);
  nowhere.port = "1";
  const missing = new URL(url);
  missing.pathname = "/no_such_base";
  const stranger = new URL(url);
  stranger.username = "no_such_user";
  for (const given of [nowhere, missing, stranger]) {
    const refused = await openStore(given.href, { log }).catch((error: unknown) => error);
    assert.ok(refused instanceof AssayError && refused.code === "store_unreachable");
    assert.ok(!shownBy(refused).includes("hunter2"));
  }
  const store = await openStore(url.href, { log });
  await command(url.href, "DROP TABLE notes");
  const failed = await store.note("x").catch((error: unknown) => error);
  assert.ok(failed instanceof AssayError && failed.code === "store_unavailable");
  assert.ok(!shownBy(failed).includes("hunter2"));
  await store.close();
  assert.ok(lines.length >= 5);
  assert.ok(!lines.join("\n").includes("hunter2"));
});

test("connections that the server ends are replaced; what failed meanwhile says to come back", async () => {
  const url = await (await databases.get()).make();
  const store = await openStore(url);
  await store.commitEpoch(commitment());
  const row = newSubmission();
  await store.admit(row);
  const client = await sqlOf(url);
  await client.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
  );
  await client.end();
  for (;;) {
    const outcome = await store.admit(newSubmission()).catch((error: unknown) => error);
    if (!(outcome instanceof Error)) break;
    assert.ok(outcome instanceof AssayError && outcome.code === "store_unavailable");
  }
  while ((await store.submission(row.receiptId).catch(() => null)) === null);
  await store.close();
});

test("a read that gets no connection in time is told to come back", async () => {
  const url = await (await databases.get()).make();
  const { metrics, counts } = counted();
  const store = await openStore(url, { connections: 1, poolWaitMs: 20, metrics });
  const client = await sqlOf(url);
  await client.query("BEGIN; LOCK TABLE notes IN ACCESS EXCLUSIVE MODE");
  const held = store.note("x");
  await assert.rejects(store.note("y"), { code: "store_unavailable" });
  assert.ok((counts.get("assay_store_pool_exhausted_total") ?? 0) > 0);
  await client.query("ROLLBACK");
  assert.equal(await held, null);
  assert.equal(await store.note("y"), null);
  await client.end();
  await store.close();
});

test("a group that waits too long for a lock is run again, and recorded once", async () => {
  const url = await (await databases.get()).make();
  const { metrics, counts } = counted();
  const store = await openStore(url, { limits: { lockMs: 20 }, metrics });
  await store.commitEpoch(commitment());
  const client = await sqlOf(url);
  await client.query("BEGIN");
  await client.query("SELECT 1 FROM epochs WHERE epoch = $1 FOR UPDATE", [EPOCH]);
  const row = newSubmission();
  const admitted = store.admit(row);
  await until(() => (counts.get("assay_store_retries_total") ?? 0) > 0);
  await client.query("ROLLBACK");
  assert.equal((await admitted).kind, "admitted");
  assert.equal((await store.admit(row)).kind, "replay");
  await client.end();
  await store.close();
});

test("with more calls than may wait the next is refused, and counted", async () => {
  const url = await (await databases.get()).make();
  const { metrics, counts } = counted();
  const store = await openStore(url, { queueMax: 2, metrics });
  const calls = await Promise.allSettled([store.ping(), store.ping(), store.ping()]);
  assert.deepEqual(
    calls.map(({ status }) => status),
    ["fulfilled", "fulfilled", "rejected"],
  );
  assert.equal(counts.get("assay_store_refused_total"), 1);
  await store.close();
});

/** A database as the first version left it. */
async function version1(): Promise<string> {
  const url = await (await databases.get()).makeEmpty();
  await command(url, `${migrations[0]}; CREATE TABLE assay_schema (version integer NOT NULL)`);
  await command(url, "INSERT INTO assay_schema VALUES (1)");
  return url;
}

test("an earlier schema is brought up with a warning, and only after a backup where the operator wants that", async () => {
  const url = await version1();
  const refused = await problemOf(() => openStore(url, { upgrade: "manual" }));
  assert.deepEqual(refused, {
    code: "store_too_old",
    file: addressOf(url).shown,
    version: 1,
    known: knownVersion,
  });
  assert.equal((await problemOf(() => migrateStore(url, false))).code, "store_too_old");
  await migrateStore(url, true);
  await (await openStore(url, { upgrade: "manual" })).close();
  const other = await version1();
  const { log, lines } = recorded();
  await (await openStore(other, { log })).close();
  assert.match(lines.join("\n"), new RegExp(`store_upgrade .*"from":1,"to":${knownVersion}`));
});
