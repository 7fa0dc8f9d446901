import assert from "node:assert/strict";
import { test } from "node:test";
import type { WeightPlan } from "../../../src/flow/weightPlan.ts";
import { type OpenStore, withStore } from "./fixtures.ts";

export function planOf(period: number, change: Partial<WeightPlan> = {}): WeightPlan {
  return {
    ...{ version: 1, period, netuid: 5, mechanism: 0, hotkey: "5Own", state: "planned", reason: null },
    ...{ rows: [{ uid: 1, hotkey: "5A", u16: 65_535 }], burn_hotkey: null, method: null },
    ...{ uids: [], hotkeys: [], values: [], version_key: 0, left_out: [], salt: null, commit: null },
    ...{ round: null, commit_block: null, commit_epoch: null, confirmed_block: null, extrinsics: [] },
    ...{ attempts: 0, history: [{ state: "planned", block: 7, at: 1, reason: null }] },
    ...change,
  };
}

export function planCases(open: OpenStore): void {
  test("a plan is kept as it was saved last, and found after a restart", () =>
    withStore(open, async (store, reopen) => {
      assert.equal(await store.weightPlan(7), null);
      await store.saveWeightPlan(planOf(7));
      const extrinsic = { purpose: "weights", bytes: "0x01", hash: "0x02", nonce: 3 } as const;
      const sent = planOf(7, {
        ...{ state: "submitted", salt: [1, 65_535], reason: 'a "reason"\n' },
        extrinsics: [{ ...extrinsic, from_block: 8, until_block: 40 }],
      });
      await store.saveWeightPlan(sent);
      assert.deepEqual(await store.weightPlan(7), sent);
      const again = await reopen();
      assert.deepEqual(await again.weightPlan(7), sent);
      assert.deepEqual(await again.weightPlan(8), null);
    }));

  test("open plans come the oldest first; all are listed the latest first, page by page", () =>
    withStore(open, async (store) => {
      const states = ["committed", "confirmed", "planned", "missed", "submitted", "revealed"] as const;
      for (const period of [3, 0, 5, 1, 4, 2])
        await store.saveWeightPlan(planOf(period, { state: states[period] ?? "planned" }));
      const periods = (plans: readonly WeightPlan[]) => plans.map(({ period }) => period);
      assert.deepEqual(periods(await store.openWeightPlans()), [0, 2, 4, 5]);
      assert.deepEqual(periods(await store.weightPlans(null, 2)), [5, 4]);
      assert.deepEqual(periods(await store.weightPlans(4, 3)), [3, 2, 1]);
      assert.deepEqual(periods(await store.weightPlans(1, 3)), [0]);
    }));

  test("of the ended plans the latest 1,000 are kept, and every open one", () =>
    withStore(open, async (store) => {
      await store.saveWeightPlan(planOf(0, { state: "committed" }));
      const ended = (period: number): Promise<void> =>
        store.saveWeightPlan(planOf(period, { state: period % 2 === 0 ? "confirmed" : "missed" }));
      await Promise.all(Array.from({ length: 1000 }, (_, i) => ended(i + 1)));
      assert.equal((await store.weightPlan(1))?.period, 1);
      await store.saveWeightPlan(planOf(1001));
      assert.equal((await store.weightPlan(1))?.period, 1, "one that is open takes nobody's place");
      await ended(1001);
      assert.equal(await store.weightPlan(1), null);
      assert.equal((await store.weightPlan(2))?.period, 2);
      assert.equal((await store.openWeightPlans())[0]?.period, 0);
    }));
}
