import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import type { Worker } from "node:worker_threads";
import { systemClock } from "../../../../src/core/clock.ts";
import { silentLog } from "../../../../src/core/log.ts";
import type { Store } from "../../../../src/flow/store.ts";
import { openSqliteStore, type SqliteStoreOptions } from "../../../../src/store/sqlite/open.ts";
import { Group } from "../../../../src/store/sqlite/thread/group.ts";
import {
  admitted,
  commitment,
  decided,
  decision,
  newSubmission,
  struck,
} from "../../../conformance/store/fixtures.ts";
import { Counts } from "../../../support/counts.ts";

interface Opened {
  readonly store: Store;
  readonly file: string;
  readonly counts: Counts;
  readonly thread: Worker;
}

/** A store in a fresh folder, with an epoch, and the thread that it runs in. */
async function withOpened(
  work: (opened: Opened) => Promise<void>,
  options: Partial<SqliteStoreOptions> = {},
): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "assay-thread-"));
  const file = join(dir, "assay.db");
  const counts = new Counts();
  const started = once(process, "worker") as Promise<[Worker]>;
  const store = await openSqliteStore({
    file,
    log: silentLog,
    metrics: counts,
    clock: systemClock,
    ...options,
  });
  const [thread] = await started;
  try {
    await store.commitEpoch(commitment());
    await work({ store, file, counts, thread });
  } finally {
    await store.close();
    await rm(dir, { recursive: true });
  }
}

const unavailable = { problem: { code: "store_unavailable", retry_after_s: 1 } };

/** Calls that answer, and those that the store turned away. */
async function outcomes(calls: readonly Promise<unknown>[]): Promise<{ answered: number; refused: number }> {
  const results = await Promise.allSettled(calls);
  const refused = results.filter((result) => result.status === "rejected");
  for (const { reason } of refused) assert.deepEqual({ problem: reason.problem }, unavailable);
  return { answered: results.length - refused.length, refused: refused.length };
}

test("writes that arrive together share transactions of the largest size", () =>
  withOpened(async ({ store, counts }) => {
    const before = counts.get("assay_store_groups_total");
    await Promise.all(Array.from({ length: 300 }, () => store.admit(newSubmission())));
    assert.equal(counts.get("assay_store_groups_total") - before, 2);
    assert.equal(counts.get("assay_store_writes_total"), 301);
  }));

test("with groups of one every write has its own transaction", () =>
  withOpened(
    async ({ store, counts }) => {
      await Promise.all(Array.from({ length: 20 }, () => store.admit(newSubmission())));
      assert.equal(counts.get("assay_store_groups_total"), 21);
    },
    { groupMax: 1 },
  ));

test("what waits is bounded: the call past the bound is refused at once, those before it are answered", () =>
  withOpened(
    async ({ store, counts }) => {
      const ask = (count: number) =>
        outcomes(Array.from({ length: count }, () => store.admit(newSubmission())));
      assert.deepEqual(await ask(10), { answered: 10, refused: 0 });
      assert.deepEqual(await ask(11), { answered: 10, refused: 1 });
      assert.equal(counts.get("assay_store_refused_total"), 1);
      assert.equal((await store.pending(100, new Set())).length, 20);
    },
    { queueMax: 10 },
  ));

test("when the thread is lost everything pending is refused, and everything after", () =>
  withOpened(async ({ store, thread }) => {
    const calls = Array.from({ length: 50 }, () => store.admit(newSubmission()));
    const ended = thread.terminate();
    const { refused } = await outcomes(calls);
    assert.ok(refused > 0);
    await ended;
    for (const call of [store.ping(), store.admit(newSubmission()), store.openEpochs()]) {
      await assert.rejects(call, unavailable);
    }
    await store.close();
  }));

test("what cannot cross to the thread fails alone", () =>
  withOpened(async ({ store }) => {
    const uncloneable = (() => "value") as unknown as string;
    const calls = [store.setNote("a", "1"), store.setNote("b", uncloneable), store.setNote("c", "3")];
    const results = await Promise.allSettled(calls);
    assert.deepEqual(
      results.map(({ status }) => status),
      ["fulfilled", "rejected", "fulfilled"],
    );
    await assert.rejects(store.setNote("b", uncloneable), TypeError);
    assert.deepEqual([await store.note("a"), await store.note("b"), await store.note("c")], ["1", null, "3"]);
  }));

test("a tool that holds the file makes writes fail, not the store", () =>
  withOpened(async ({ store, file }) => {
    const tool = new DatabaseSync(file);
    tool.exec("BEGIN IMMEDIATE");
    const rows = Array.from({ length: 40 }, () => newSubmission());
    assert.deepEqual(await outcomes(rows.map((row) => store.admit(row))), { answered: 0, refused: 40 });
    assert.deepEqual(await store.pending(100, new Set()), []);
    tool.exec("ROLLBACK");
    tool.close();
    for (const row of rows) await admitted(store, row);
  }));

test("a long read sees one moment of the store, while writes go on", () =>
  withOpened(async ({ store }) => {
    const rows = Array.from({ length: 5000 }, () => newSubmission());
    for (let from = 0; from < rows.length; from += 1000) {
      await Promise.all(rows.slice(from, from + 1000).map((row) => decided(store, row, { verified: false })));
    }
    const caught = newSubmission();
    await admitted(store, caught);
    const reads = Array.from({ length: 8 }, () => store.credits(0));
    const strike = (async () => {
      await store.ping();
      await store.decide(decision(caught.receiptId, struck(caught)));
    })();
    const sums = (await Promise.all(reads)).map((credits) => credits[0]?.weight ?? 0);
    await strike;
    for (const sum of sums) assert.ok(sum === 5000 || sum === 0, `half a forfeit: ${sum}`);
    assert.deepEqual(await store.credits(0), []);
  }));

test("when the disk is full writes fail as such, are undone, and go on once there is room", () => {
  const db = new DatabaseSync(":memory:");
  db.exec("CREATE TABLE t (value BLOB)");
  const insert = db.prepare("INSERT INTO t VALUES (?)");
  const group = new Group(db, "file");
  group.write(1, () => insert.run(new Uint8Array(10)).changes);
  db.exec("PRAGMA max_page_count = 10");
  group.write(2, () => insert.run(new Uint8Array(1_000_000)));
  const replies = new Map(group.commit().map(([id, failure]) => [id, failure]));
  const failure = replies.get(2);
  assert.ok(failure?.kind === "problem" && failure.problem.code === "storage_full");
  const kept = replies.get(1) === null ? 1 : 0;
  assert.equal(db.prepare("SELECT count(*) AS n FROM t").get()?.n, kept);
  assert.equal(group.fatal, null);
  db.exec("PRAGMA max_page_count = 100000");
  group.write(3, () => insert.run(new Uint8Array(1_000_000)).changes);
  assert.deepEqual(group.commit(), [[3, null, 1]]);
  db.close();
});

test("when the transaction itself is lost, all that share it fail, and the next ones do not", () => {
  const db = new DatabaseSync(":memory:");
  db.exec("CREATE TABLE t (value)");
  const insert = db.prepare("INSERT INTO t VALUES (?)");
  const group = new Group(db, "file");
  group.write(1, () => insert.run(1));
  group.write(2, () => {
    db.exec("ROLLBACK");
    throw new RangeError("lost");
  });
  group.write(3, () => insert.run(3));
  assert.deepEqual(
    group.commit().map(([id, failure]) => [id, failure?.kind]),
    [
      [1, "fault"],
      [2, "fault"],
      [3, "fault"],
    ],
  );
  group.write(4, () => insert.run(4).changes);
  assert.deepEqual(group.commit(), [[4, null, 1]]);
  assert.deepEqual(
    db
      .prepare("SELECT value FROM t")
      .all()
      .map(({ value }) => value),
    [4],
  );
  db.close();
});
