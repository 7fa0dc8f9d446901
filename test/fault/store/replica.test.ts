import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { Store } from "../../../src/flow/store.ts";
import { MetricRegistry } from "../../../src/observe/metrics.ts";
import { openPostgresStore } from "../../../src/store/postgres/open.ts";
import {
  commitment,
  decided,
  decision,
  EPOCH,
  newSubmission,
  signed,
  wholeLog,
} from "../../conformance/store/fixtures.ts";
import { Counts } from "../../support/counts.ts";
import { type PostgresServer, startPostgres } from "../../support/store/postgresServer.ts";
import { startStandby } from "../../support/store/postgresStandby.ts";

const HONEST = 10_000;
const AT_ONCE = 500;

let primary: PostgresServer;
const standbys: PostgresServer[] = [];

async function standby(delay: string): Promise<PostgresServer> {
  const made = await startStandby(primary, { settings: { recovery_min_apply_delay: delay } });
  standbys.push(made);
  return made;
}

async function withReplica(
  url: string,
  maxLagMs: number,
  work: (store: Store, reads: (where: string) => number, metrics: Counts) => Promise<void>,
): Promise<void> {
  const metrics = new Counts();
  const replica = { url, maxLagMs, lookMs: 20 };
  const store = await openPostgresStore({
    url: primary.url,
    replica,
    ...{ log: silentLog, metrics, clock: systemClock },
  });
  try {
    await work(store, (where) => metrics.get("assay_store_stale_reads_total", { where }), metrics);
  } finally {
    await store.close();
  }
}

/** Every kind of read that can be stale, of what the epoch holds by now. */
async function readAll(store: Store): Promise<unknown[]> {
  const texts: string[] = [];
  for (let page = await store.logText(EPOCH, -1); page !== null; page = await store.logText(EPOCH, page.last))
    texts.push(page.text);
  return Promise.all([
    texts.join(""),
    ...[store.miner("5Alice"), store.miners(null, 10), store.strikesText("5Alice")],
    ...[store.vectorText(null), store.issuedPages("5Alice", EPOCH), store.closedEpochs(null, 10)],
  ]);
}

/** Waits until the replica is read, or is not any more. */
async function waitFor(store: Store, reads: (where: string) => number, where: string): Promise<void> {
  for (let count = reads(where); reads(where) === count; await sleep(20)) await store.strikesText("5Alice");
}

describe("a replica", () => {
  before(async () => {
    primary = await startPostgres();
    const store = await openPostgresStore({
      url: primary.url,
      ...{ log: silentLog, metrics: new Counts(), clock: systemClock },
    });
    await store.commitEpoch(commitment());
    await decided(store, newSubmission());
    await store.close();
  });
  after(async () => {
    for (const server of standbys) await server.stop();
    await primary.stop();
  });

  test("that keeps up answers reads that can be stale, and never shows less than was acknowledged of a receipt", async () => {
    const { url } = await standby("0");
    await withReplica(url, 10_000, async (store, reads) => {
      await waitFor(store, reads, "replica");
      for (let count = 0; count < 50; count++) {
        const row = newSubmission();
        assert.equal((await store.admit(row)).kind, "admitted");
        assert.equal((await store.submission(row.receiptId))?.state, "pending");
        await store.decide(decision(row.receiptId));
        assert.equal((await store.submission(row.receiptId))?.state, "accepted");
      }
      await store.saveVector(signed(1));
      assert.ok(await store.vectorText(1), "a vector that the replica may not have yet");
      const before = reads("replica");
      assert.equal((await wholeLog(store)).length, (await store.epoch(EPOCH))?.log_length);
      await readAll(store);
      assert.ok(reads("replica") > before);
    });
  });

  test("that goes away costs no read an error, and one that was never there neither", async () => {
    const gone = await standby("0");
    await withReplica(gone.url, 10_000, async (store, reads, metrics) => {
      await waitFor(store, reads, "replica");
      const known = await readAll(store);
      const stopped = gone.stop();
      for (let count = 0; count < 20; count++) assert.deepEqual(await readAll(store), known);
      await stopped;
      assert.deepEqual(await readAll(store), known);
      const used = reads("replica");
      assert.deepEqual(await readAll(store), known);
      assert.equal(reads("replica"), used);
      assert.equal(metrics.get("assay_store_failed_total"), 0);
    });
    const metrics = new MetricRegistry();
    const replica = { url: gone.url };
    const store = await openPostgresStore({
      url: primary.url,
      replica,
      ...{ log: silentLog, metrics, clock: systemClock },
    });
    await readAll(store);
    await store.close();
    const { body: text } = await metrics.expose();
    assert.match(text, /^assay_store_stale_reads_total{where="primary"} \d+$/m);
    assert.match(text, /^assay_store_replica_used 0$/m);
    assert.match(text, /^assay_store_replica_lag_seconds -1$/m);
  });

  test("that is 60 s behind is not read past its bound, and no honest answer is lost or refused", async () => {
    const { url } = await standby("60s");
    await withReplica(url, 500, async (store, reads, metrics) => {
      await waitFor(store, reads, "replica");
      await store.setNote("moves", "the primary");
      await waitFor(store, reads, "primary");
      const used = reads("replica");
      for (let from = 0; from < HONEST; from += AT_ONCE) {
        const rows = Array.from({ length: AT_ONCE }, () => newSubmission());
        const ends = await Promise.all(
          rows.map(async (row) => {
            const outcome = await store.admit(row);
            return outcome.kind === "admitted" ? store.decide(decision(row.receiptId)) : null;
          }),
        );
        assert.ok(ends.every((end) => end?.state === "accepted"));
        const [first] = rows;
        assert.equal((await store.submission(first?.receiptId ?? ""))?.state, "accepted");
      }
      assert.equal((await store.miner("5Alice"))?.counts.accepted, HONEST + 51);
      const [text] = await readAll(store);
      assert.equal(String(text).split("\n").length - 1, 2 * (HONEST + 51));
      assert.equal(reads("replica"), used, "it is not read");
      assert.equal(metrics.get("assay_store_failed_total"), 0);
    });
  });
});
