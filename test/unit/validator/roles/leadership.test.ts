import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { silentLog } from "../../../../src/core/log.ts";
import { noMetrics } from "../../../../src/core/metrics.ts";
import type { Store } from "../../../../src/flow/store.ts";
import { fencedStore } from "../../../../src/validator/roles/fencedStore.ts";
import { LEADER_LEASE_MS, Leadership } from "../../../../src/validator/roles/leadership.ts";
import { LEASE_MS, ProcessNode } from "../../../../src/validator/roles/node.ts";
import { unsigned } from "../../../conformance/store/fixtures.ts";
import { FakeClock } from "../../../support/fakeClock.ts";
import { openInlineStore } from "../../../support/store/inline.ts";

function storeFor(t: TestContext): Store {
  const dir = mkdtempSync(join(tmpdir(), "assay-roles-"));
  const store = openInlineStore(join(dir, "assay.db"));
  t.after(async () => {
    await store.close();
    rmSync(dir, { recursive: true });
  });
  return store;
}

/** A process with its own clock. */
async function processOn(store: Store, name: string) {
  const clock = new FakeClock(0);
  const modules = { store, clock, log: silentLog, metrics: noMetrics };
  const node = await ProcessNode.join({ name, roles: ["weigh"], version: "1" }, modules);
  const leadership = new Leadership("weigh", { ...modules, node });
  const records = fencedStore(
    store,
    () => leadership.require(),
    () => leadership.last(),
  );
  return { clock, node, leadership, records };
}

test("one process leads; the other takes over when it lets go, under a greater token", async (t) => {
  const store = storeFor(t);
  const [one, two] = [await processOn(store, "one"), await processOn(store, "two")];
  assert.deepEqual([await one.leadership.beat(), await two.leadership.beat()], [true, false]);
  assert.deepEqual([one.leadership.isLeader(), two.leadership.isLeader()], [true, false]);
  assert.equal(await one.leadership.beat(), false, "a renewal is no take-over");
  const before = one.leadership.require();
  await one.leadership.release();
  assert.equal(await two.leadership.beat(), true);
  assert.equal(two.leadership.require().token, before.token + 1);
  assert.equal(one.leadership.isLeader(), false);
});

test("a leader that has not renewed its lease in time stops before it can be over", async (t) => {
  const { clock, leadership } = await processOn(storeFor(t), "one");
  await leadership.beat();
  clock.advance(LEADER_LEASE_MS - 1001);
  assert.ok(leadership.isLeader());
  clock.advance(1);
  assert.equal(leadership.isLeader(), false);
  assert.throws(() => leadership.require(), /not held under token/);
});

test("what a paused leader writes after another took over is refused and changes nothing", async (t) => {
  const store = storeFor(t);
  const [paused, next] = [await processOn(store, "paused"), await processOn(store, "next")];
  await paused.leadership.beat();
  const fence = paused.leadership.require();
  await store.releaseLease(fence);
  await next.leadership.beat();
  // It does not know yet: its own clock says that the lease holds.
  assert.ok(paused.leadership.isLeader());
  await assert.rejects(paused.records.recordIntent(unsigned(7)), /not held under token/);
  await assert.rejects(paused.records.setNote("weigh_open", ""), /not held under token/);
  paused.clock.advance(LEADER_LEASE_MS);
  await assert.rejects(paused.records.setNote("weigh_open", ""), /not held under token/);
  const recorded = await next.records.recordIntent(unsigned(7, { block: 9 }));
  assert.equal(recorded.block, 9);
});

test("a cordoned process leads no longer, and takes no work", async (t) => {
  const store = storeFor(t);
  const { node, leadership } = await processOn(store, "one");
  await leadership.beat();
  await store.orderNode("one", "cordon");
  assert.ok(node.takesWork(), "it hears of it with its next heartbeat");
  await node.beat();
  assert.equal(node.takesWork(), false);
  await leadership.beat();
  assert.equal(leadership.isLeader(), false);
  await store.orderNode("one", "uncordon");
  await node.beat();
  assert.ok(node.takesWork());
});

test("a process whose lease is over joins anew under another token", async (t) => {
  const store = storeFor(t);
  const { clock, node } = await processOn(store, "one");
  const first = node.token;
  clock.advance(LEASE_MS - 1);
  assert.ok(node.isAlive());
  clock.advance(1);
  assert.equal(node.isAlive(), false, "others may have its work by now");
  await store.leaveNode(first);
  await node.beat();
  assert.ok(node.token > first);
  assert.ok(node.isAlive());
  await node.leave();
  assert.equal(node.isAlive(), false);
});
