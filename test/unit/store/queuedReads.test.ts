import assert from "node:assert/strict";
import { test } from "node:test";
import { noMetrics } from "../../../src/core/metrics.ts";
import type { Store } from "../../../src/flow/store.ts";
import { queuedReads } from "../../../src/store/queuedReads.ts";
import { problemOf } from "../../support/thrown.ts";

/** A store whose reads end when the test says so. */
function heldStore() {
  const begun: { name: string; end: () => void; fail: () => void }[] = [];
  const read = (name: string) => () =>
    new Promise<null>((resolve, reject) => {
      begun.push({ name, end: () => resolve(null), fail: () => reject(new RangeError("failed")) });
    });
  const names = [
    "miner",
    "miners",
    "strikes",
    "vector",
    "vectorText",
    "epoch",
    "logHeads",
    "logText",
    "submission",
  ];
  const store = Object.fromEntries(names.map((name) => [name, read(name)])) as unknown as Store;
  return { begun, reads: queuedReads(store, noMetrics) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("reads of anybody reach the store one at a time, in their order, whatever the ends", async () => {
  const { begun, reads } = heldStore();
  const asked = [reads.miner("a"), reads.epoch(1), reads.vectorText(null)];
  assert.deepEqual(
    begun.map(({ name }) => name),
    ["miner"],
  );
  begun[0]?.end();
  await settled();
  assert.deepEqual(
    begun.map(({ name }) => name),
    ["miner", "epoch"],
  );
  begun[1]?.fail();
  await assert.rejects(asked[1] ?? assert.fail(), RangeError);
  await settled();
  assert.deepEqual(
    begun.map(({ name }) => name),
    ["miner", "epoch", "vectorText"],
  );
  begun[2]?.end();
  assert.equal(await asked[2], null);
});

test("64 reads wait; the next is refused as busy, and one more is taken for each that ends", async () => {
  const { begun, reads } = heldStore();
  const asked = Array.from({ length: 65 }, () => reads.miner("a"));
  assert.deepEqual(await problemOf(() => reads.miner("b")), { code: "busy", retry_after_s: 1 });
  begun[0]?.end();
  await asked[0];
  await settled();
  const late = reads.miner("c");
  assert.equal((await problemOf(() => reads.miner("d"))).code, "busy");
  for (let next = 1; next <= 65; next++) {
    begun[next]?.end();
    await settled();
  }
  assert.equal(await late, null);
});

test("pages of a log that is being sent wait apart from new reads, and take turns with them", async () => {
  const { begun, reads } = heldStore();
  const asked: Promise<unknown>[] = Array.from({ length: 65 }, () => reads.miner("a"));
  asked.push(reads.logText(1, -1), reads.logText(1, 9));
  for (let next = 0; next < asked.length; next++) {
    begun[next]?.end();
    await settled();
  }
  await Promise.all(asked);
  const pages = begun.flatMap(({ name }, index) => (name === "logText" ? [index] : []));
  assert.ok(
    pages.every((index) => index <= 4),
    `${pages}`,
  );
});

test("what strangers ask for does not keep miners from their receipts", async () => {
  const { begun, reads } = heldStore();
  for (let count = 0; count < 65; count++) reads.miner("a").catch(() => {});
  const receipt = reads.submission("rc_1");
  assert.equal(begun.at(-1)?.name, "submission");
  begun.at(-1)?.end();
  assert.equal(await receipt, null);
});
