import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import type { Store } from "../../../src/flow/store.ts";
import { openPostgresStore } from "../../../src/store/postgres/open.ts";
import { SpendMemory } from "../../../src/store/postgres/tables/spends/memory.ts";
import { claimOperations } from "../../../src/store/postgres/tables/submissions/claims.ts";
import { Queues } from "../../../src/store/postgres/tables/submissions/queue.ts";
import { Receipts } from "../../../src/store/postgres/tables/submissions/receipts.ts";
import { type SettleCall, settleOperations } from "../../../src/store/postgres/tables/submissions/settle.ts";
import { commitment, decision, EPOCH, newSubmission } from "../../conformance/store/fixtures.ts";
import { joined } from "../../conformance/store/nodeFixtures.ts";
import { assertFlat, type PagesTouched, pagesTouched } from "../../support/fault/postgres/pagesTouched.ts";
import { scaled } from "../../support/fault/scale.ts";
import { type PostgresServer, startPostgres } from "../../support/store/postgresServer.ts";
import { startStandby } from "../../support/store/postgresStandby.ts";

// Somebody reads for long, so that the server may clean up nothing: what admissions, claims and verdicts cost stays as it was.

const GROUPS = scaled(300, 10_000);
/** Indexes grow by a level now and then; a look that passed what the groups left would touch more than this. */
const FEW_PAGES = 16;
const HOTKEYS = Array.from({ length: 8 }, (_, index) => `5Miner${index}`);
/** A miner's row moves with its own answers: then it is dearer by a page per some of them until the snapshot ends. */
const ownUpdates = 2 * GROUPS * HOTKEYS.length;
const none: ReadonlySet<string> = new Set();

let server: PostgresServer;
let store: Store;
let node: number;
const receipts = new Receipts();
const { settle: settling } = settleOperations(receipts, new SpendMemory());
const { claim: claiming } = claimOperations(receipts, new Queues());

const tables = `SELECT relname FROM pg_class
  WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`;

async function client(url: string): Promise<pg.Client> {
  const made = new pg.Client({ connectionString: url });
  made.on("error", () => {});
  await made.connect();
  return made;
}

const fresh = () => HOTKEYS.map((hotkey) => newSubmission({ hotkey, receivedAt: systemClock.nowMs() }));

/** Admissions, a claim of them and their verdicts, each in a group of its own. */
async function round(): Promise<void> {
  const rows = fresh();
  await Promise.all(rows.map((row) => store.admit(row)));
  const claimed = await store.claim(node, rows.length, none);
  assert.equal(claimed.length, rows.length);
  await Promise.all(claimed.map(({ receiptId }) => store.decide({ ...decision(receiptId), node })));
}

/** What a group of admissions, a claim and a group of verdicts touch. */
async function cost(): Promise<PagesTouched> {
  const rows = fresh();
  const settle = (calls: readonly SettleCall[]) =>
    pagesTouched(server.url, (sql) =>
      settling.run(
        sql,
        calls.map((call) => [call]),
      ),
    );
  const admits = await settle(rows.map((admit) => ({ admit })));
  const claims = await pagesTouched(server.url, (sql) => claiming.run(sql, node, rows.length, none));
  const decides = await settle(rows.map(({ receiptId }) => ({ decide: { ...decision(receiptId), node } })));
  return new Map([
    ...[...admits].map(([name, pages]) => [`admit ${name}`, pages] as const),
    ...[...claims].map(([name, pages]) => [`claim ${name}`, pages] as const),
    ...[...decides].map(([name, pages]) => [`decide ${name}`, pages] as const),
  ]);
}

/** The cost before and after many groups. */
async function assertStaysFlat(): Promise<void> {
  await round();
  await cost();
  const known = await cost();
  for (let done = 0; done < GROUPS; done++) await round();
  // The first claim passes what went since the last one.
  await cost();
  assertFlat(known, await cost(), (name, pages) =>
    name.includes("tally") ? pages + ownUpdates / 8 : 2 * pages + FEW_PAGES,
  );
}

describe("while an old snapshot is held", () => {
  before(async () => {
    server = await startPostgres();
    store = await openPostgresStore({
      url: server.url,
      ...{ log: silentLog, metrics: noMetrics, clock: systemClock },
    });
    await store.commitEpoch(commitment());
    node = await joined(store);
    await round();
  });
  after(async () => {
    await store.close();
    await server.stop();
  });

  test("by a copy of all tables, admissions, claims and verdicts cost what they did", async () => {
    const dump = await client(server.url);
    await dump.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const { rows: before } = await dump.query(tables);
    for (const { relname } of before) await dump.query(`SELECT * FROM ${relname}`);
    await assertStaysFlat();
    const { rows } = await dump.query("SELECT count(*)::int AS n FROM submissions");
    assert.equal(rows[0]?.n, HOTKEYS.length, "it still sees what there was");
    await dump.end();
  });

  test("by a replica that lags and whose reader the primary waits for, neither", async () => {
    const feedback = { hot_standby_feedback: "on", wal_receiver_status_interval: "1s" };
    const settings = { ...feedback, recovery_min_apply_delay: "60s" };
    const standby = await startStandby(server, { settings });
    const [reader, primary] = [await client(standby.url), await client(server.url)];
    await reader.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    await reader.query("SELECT count(*) FROM submissions");
    const held = "SELECT 1 FROM pg_stat_replication WHERE backend_xmin IS NOT NULL";
    while ((await primary.query(held)).rowCount === 0) await sleep(50);
    await assertStaysFlat();
    await Promise.all([reader.end(), primary.end()]);
    await standby.stop();
  });

  test("an audit export that is read slowly holds none between its pages", async () => {
    const watcher = await client(server.url);
    const held = `SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' AND backend_xmin IS NOT NULL
      AND pid <> pg_backend_pid()`;
    let lines = 0;
    for (
      let page = await store.logText(EPOCH, -1);
      page !== null;
      page = await store.logText(EPOCH, page.last)
    ) {
      lines = page.last + 1;
      while (((await watcher.query(held)).rowCount ?? 0) > 0) await sleep(5);
    }
    assert.equal(lines, (await store.epoch(EPOCH))?.log_length);
    await watcher.end();
  });
});
