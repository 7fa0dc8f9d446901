import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Metrics } from "../../../../src/core/metrics.ts";
import { commitment, newSubmission } from "../../../conformance/store/fixtures.ts";
import { openStore, testDatabases } from "../../../support/store/postgresDatabases.ts";

// Groups of several processes that lock the row of an epoch go one after the other. While one waits for its turn, calls go on coming.

const databases = testDatabases();
/** The key of the turn, as two numbers: "Assa", 3. */
const TURN = "0x41737361, 3";

/** Notes how many writes each group had. */
function groups(): { readonly metrics: Metrics; readonly sizes: number[] } {
  const sizes: number[] = [];
  const metrics: Metrics = {
    counter: (name) => ({
      add: (_labels, by = 1) => {
        if (name === "assay_store_writes_total") sizes.push(by);
      },
    }),
    gauge: () => ({ set() {} }),
    histogram: () => ({ observe() {} }),
  };
  return { metrics, sizes };
}

/** Another process in the middle of its turn. */
async function inTurn(url: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("BEGIN");
  await client.query(`SELECT pg_advisory_xact_lock(${TURN})`);
  const waiting = `SELECT count(*)::int AS n FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()`;
  const waitedFor = async (): Promise<void> => {
    while ((await client.query(waiting)).rows[0].n === 0) await sleep(1);
  };
  const end = async (): Promise<void> => {
    await client.query("COMMIT");
    await client.end();
  };
  return { waitedFor, end };
}

test("what comes while a group waits for its turn is committed with it", async () => {
  const url = await (await databases.get()).make();
  const { metrics, sizes } = groups();
  const store = await openStore(url, { metrics });
  await store.commitEpoch(commitment());
  const other = await inTurn(url);
  sizes.length = 0;
  const first = store.admit(newSubmission());
  await other.waitedFor();
  const later = Array.from({ length: 5 }, () => store.admit(newSubmission()));
  const noted = store.setNote("key", "value");
  await other.end();
  const outcomes = await Promise.all([first, ...later]);
  assert.deepEqual(new Set(outcomes.map(({ kind }) => kind)), new Set(["admitted"]));
  await noted;
  assert.deepEqual(sizes, [7]);
  await store.close();
});

test("a group without admissions and verdicts does not wait for its turn", async () => {
  const url = await (await databases.get()).make();
  const store = await openStore(url);
  const other = await inTurn(url);
  await store.setNote("key", "value");
  assert.equal(await store.note("key"), "value");
  await other.end();
  await store.close();
});
