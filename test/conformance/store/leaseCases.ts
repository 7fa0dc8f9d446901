import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fence } from "../../../src/flow/leases.ts";
import type { Store } from "../../../src/flow/store.ts";
import { problemOf } from "../../support/thrown.ts";
import { alertOf } from "./alertCases.ts";
import {
  assertLog,
  commitment,
  decided,
  EPOCH,
  newSubmission,
  type OpenStore,
  presentHead,
  signed,
  unsigned,
  withStore,
} from "./fixtures.ts";
import { eventually, expired, joined, LONG } from "./nodeFixtures.ts";
import { planOf } from "./planCases.ts";

const LEADER = "leader";
const bounds = { beforeEpoch: EPOCH + 9, keepSolvesSince: 0, keepJobsSince: 0 };

async function taken(store: Store, node: number, ttlMs = LONG): Promise<Fence> {
  return (await store.takeLease(LEADER, node, ttlMs)) ?? assert.fail("the lease is held");
}

/** Every write that takes a fence, by its name. */
async function fencedWrites(store: Store): Promise<Record<string, (fence: Fence) => Promise<unknown>>> {
  const head = await presentHead(store);
  return {
    addLogHead: (fence) => store.addLogHead(head, fence),
    recordIntent: (fence) => store.recordIntent(unsigned(7), fence),
    saveVector: (fence) => store.saveVector(signed(7), fence),
    saveWeightPlan: (fence) => store.saveWeightPlan(planOf(7), fence),
    closeEpoch: (fence) => store.closeEpoch(EPOCH, "k", head, 1, fence),
    setNote: (fence) => store.setNote("note", "of the leader", fence),
    saveAlerts: (fence) =>
      store.saveAlerts({ records: [alertOf("restarts")], dropped: [], events: [] }, fence),
    applyRetention: (fence) => store.applyRetention(bounds, fence),
  };
}

/** All that those writes change. */
const written = async (store: Store) => [
  await store.epoch(EPOCH),
  await store.logHeads(EPOCH),
  await store.vector(7),
  await store.weightPlan(7),
  await store.note("note"),
  await store.alerts(),
];

/** Named leases, and writes that only their holder may do. */
export function leaseCases(open: OpenStore): void {
  test("a lease has one holder, who keeps its token by renewing", () =>
    withStore(open, async (store) => {
      const [one, two] = [await joined(store), await joined(store, "two")];
      const fence = await taken(store, one);
      assert.deepEqual(fence, { name: LEADER, token: 1 });
      assert.deepEqual(await taken(store, one), fence);
      assert.equal(await store.takeLease(LEADER, two, LONG), null);
      assert.deepEqual(await store.takeLease("another", two, LONG), { name: "another", token: 1 });
      await store.releaseLease(fence);
      assert.deepEqual(await taken(store, two), { name: LEADER, token: 2 });
      assert.equal(await store.takeLease(LEADER, one, LONG), null);
    }));

  test("of many who ask at once one gets the lease", () =>
    withStore(open, async (store) => {
      const nodes = await Promise.all(Array.from({ length: 12 }, (_, n) => joined(store, `n${n}`)));
      const fences = await Promise.all(nodes.map((node) => store.takeLease(LEADER, node, LONG)));
      assert.deepEqual(
        fences.filter((fence) => fence !== null),
        [{ name: LEADER, token: 1 }],
      );
    }));

  test("a lease that ran out gets a new token, for its former holder too", () =>
    withStore(open, async (store) => {
      const [one, two] = [await joined(store), await joined(store, "two")];
      await taken(store, one);
      await taken(store, one, 1);
      const again = async (node: number, token: number) => {
        // A renewal in time would keep the token.
        await sleep(20);
        let fence: Fence | null = null;
        await eventually(async () => {
          fence = await store.takeLease(LEADER, node, LONG);
          return fence?.token === token;
        });
        return fence;
      };
      assert.deepEqual(await again(one, 2), { name: LEADER, token: 2 });
      await taken(store, one, 1);
      assert.deepEqual(await again(two, 3), { name: LEADER, token: 3 });
    }));

  test("a node that leaves frees its leases, and one that is gone gets none", () =>
    withStore(open, async (store) => {
      const [one, two] = [await joined(store), await joined(store, "two")];
      await taken(store, one);
      await store.leaveNode(one);
      assert.equal(await store.takeLease(LEADER, one, LONG), null);
      assert.equal((await taken(store, two)).token, 2);
      await expired(store, two);
      await store.releaseLease({ name: LEADER, token: 2 });
      assert.equal(await store.takeLease(LEADER, two, LONG), null);
      assert.equal(await store.takeLease(LEADER, 0, LONG), null);
    }));

  test("only the present fence releases a lease; tokens go on over a restart", () =>
    withStore(open, async (store, reopen) => {
      const one = await joined(store);
      const fence = await taken(store, one);
      await store.releaseLease(fence);
      const second = await taken(store, one);
      await store.releaseLease(fence);
      assert.deepEqual(await taken(store, one), second);
      await store.releaseLease(second);
      const again = await reopen();
      assert.equal((await taken(again, await joined(again))).token, 3);
    }));

  test("writes with the fence of another time are refused and change nothing, with the present one they are done", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      await decided(store, newSubmission());
      const [one, two] = [await joined(store), await joined(store, "two")];
      const old = await taken(store, one);
      await store.releaseLease(old);
      const fence = await taken(store, two);
      const before = await written(store);
      const writes = await fencedWrites(store);
      const others = [old, { name: LEADER, token: 3 }, { name: "another", token: 2 }];
      for (const [name, write] of Object.entries(writes)) {
        for (const other of others) {
          const problem = await problemOf(() => write(other));
          assert.deepEqual(problem, { code: "fenced_off", lease: other.name, token: other.token }, name);
        }
      }
      assert.deepEqual(await written(store), before);
      await assertLog(store);
      for (const write of Object.values(writes)) await write(fence);
      assert.deepEqual([(await store.vector(7))?.period, (await store.weightPlan(7))?.period], [7, 7]);
      // Closed by the one, dropped by the other.
      assert.equal(await store.epoch(EPOCH), null);
      assert.equal(await store.isEpochUsed(EPOCH), true);
    }));

  test("a fence whose time is over is refused, although nobody has taken the lease over", () =>
    withStore(open, async (store) => {
      const one = await joined(store);
      const fence = await taken(store, one);
      await store.saveWeightPlan(planOf(7), fence);
      await taken(store, one, 1);
      await eventually(() =>
        store.recordIntent(unsigned(7), fence).then(
          () => false,
          ({ code }) => code === "fenced_off",
        ),
      );
      assert.equal((await problemOf(() => store.saveWeightPlan(planOf(8), fence))).code, "fenced_off");
      assert.equal(await store.weightPlan(8), null);
      await store.saveWeightPlan(planOf(8));
    }));
}
