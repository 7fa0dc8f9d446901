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
/** Every group leaves dead rows: of these a page holds some dozens. */
const MORE_PAGES = 12;
const HOTKEYS = Array.from({ length: 8 }, (_, index) => `5Miner${index}`);
const none: ReadonlySet<string> = new Set();

let server: PostgresServer;
let store: Store;
let node: number;
const receipts = new Receipts();
const { settle: settling } = settleOperations(receipts, new SpendMemory());
const { claim: claiming } = claimOperations(receipts, new Queues());

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
  const now = await cost();
  if (process.env.SHOW) for (const [name, pages] of now) console.log(name, known.get(name), pages);
  assertFlat(known, now, MORE_PAGES);
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
    const { rows } = await dump.query(
      "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
    );
    for (const { relname } of rows) await dump.query(`SELECT * FROM ${relname}`);
    await assertStaysFlat();
    const { rows: dead } = await dump.query("SELECT count(*)::int AS n FROM answers");
    await dump.query("COMMIT");
    await dump.end();
    assert.ok(dead.length === 1);
  });
});
void sleep;
void EPOCH;
void startStandby;
