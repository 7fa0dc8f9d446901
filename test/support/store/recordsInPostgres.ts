import assert from "node:assert/strict";
import pg from "pg";
import { canonical } from "../../../src/core/canonical.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { sha256Hex } from "../../../src/core/hash.ts";
import { silentLog } from "../../../src/core/log.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import type { Store } from "../../../src/flow/store.ts";
import { openPostgresStore } from "../../../src/store/postgres/open.ts";
import type { RecordsOnDisk } from "./recordsOnDisk.ts";

interface EpochRow {
  readonly epoch: number;
  readonly commitment: string;
}

/** The types of an epoch's lines, after its chain was recomputed from its commitment to its head. */
async function checkedTypes(store: Store, { epoch, commitment }: EpochRow): Promise<string[]> {
  const types: string[] = [];
  let prev = commitment;
  for (;;) {
    const page = await store.logPage(epoch, types.length - 1, 1000);
    for (const { hash, ...line } of page) {
      assert.deepEqual([line.n, line.epoch, line.prev], [types.length, epoch, prev]);
      prev = sha256Hex(canonical(line));
      assert.equal(hash, prev, `epoch ${epoch}, line ${line.n}`);
      types.push(line.type);
    }
    if (page.length === 0) break;
  }
  const record = await store.epoch(epoch);
  assert.deepEqual([record?.log_head, record?.log_length], [prev, types.length], `epoch ${epoch}`);
  return types;
}

async function loggedIn(store: Store, epochs: readonly EpochRow[]): Promise<Record<string, number>> {
  const logged: Record<string, number> = {};
  for (const epoch of epochs)
    for (const type of await checkedTypes(store, epoch)) logged[type] = (logged[type] ?? 0) + 1;
  return logged;
}

const columns = "receipt AS receipt_id, hotkey, challenge AS challenge_id, state, code, weight, sampled";

/** What validators left in a database. Asserts that the chains link, and that the queue holds what is pending and nothing else. */
export async function recordsInPostgres(url: string): Promise<RecordsOnDisk> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const store = await openPostgresStore({ url, log: silentLog, metrics: noMetrics, clock: systemClock });
  try {
    const all = async <Row>(sql: string): Promise<Row[]> => (await client.query(sql)).rows as Row[];
    const numbers = async <Row>(columnsOf: string, table: string): Promise<Row[]> =>
      all(`SELECT ${columnsOf} FROM ${table}`);
    const queued = await all("SELECT id FROM answers");
    const pending = await all("SELECT id FROM submissions WHERE state = 'pending'");
    assert.deepEqual(new Set(queued), new Set(pending), "the queue");
    const epochs = await all<EpochRow>("SELECT epoch::int, commitment FROM epochs");
    return {
      submissions: await numbers(columns, "submissions"),
      solves: await numbers("challenge AS challenge_id, weight", "solves"),
      miners: await numbers("hotkey, submitted::int, accepted::int, rejected::int, void::int", "miners"),
      openSamples: await numbers("job_id, hotkey", "open_samples"),
      work: await numbers("hotkey, lane, verified, unverified, debit, results::int", "work"),
      customerJobs: await numbers("job_id, client_key, state, attempts", "customer_jobs"),
      logged: await loggedIn(store, epochs),
    };
  } finally {
    await store.close();
    await client.end();
  }
}
