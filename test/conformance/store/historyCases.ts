import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import {
  HISTORY_KEPT,
  HISTORY_SERIES_MAX,
  type HistoryBatch,
  type HistoryStep,
  historySteps,
} from "../../../src/flow/history.ts";
import { REASONS_MAX, type ReasonKind } from "../../../src/flow/reasons.ts";
import type { Store } from "../../../src/flow/store.ts";
import { commitment, newSubmission, type OpenStore, withStore } from "./fixtures.ts";
import { withTwo } from "./twoStores.ts";

const day = historySteps.day;
const start = 20_000 * day;

export function batchOf(
  at: number,
  counts: Record<string, number>,
  levels = {},
  reasons: HistoryBatch["reasons"] = [],
): HistoryBatch {
  const values = (of: Record<string, number>) =>
    Object.entries(of).map(([series, value]) => ({ series, value }));
  return { id: randomBytes(8).toString("hex"), at, counts: values(counts), levels: values(levels), reasons };
}

/** Has both miners on record. */
async function sight(store: Store): Promise<void> {
  await store.commitEpoch(commitment());
  for (const hotkey of ["5A", "5B"]) await store.admit(newSubmission({ hotkey }));
}

async function seen(store: Store, step: HistoryStep): Promise<string[]> {
  const rows = await store.history(step, 0, Number.MAX_SAFE_INTEGER);
  return rows.map(
    ({ start: at, series, value }) => `${(at - start) / historySteps[step]} ${series} ${value}`,
  );
}

export function historyCases(open: OpenStore): void {
  test("counts add up per minute, hour and day, levels are replaced, and a restart finds them", () =>
    withStore(open, async (store, reopen) => {
      await store.addHistory(batchOf(start, { "refused:busy": 2, admitted: 1 }, { miners: 7 }));
      await store.addHistory(batchOf(start + 59_999, { admitted: 2 }, { miners: 5 }));
      await store.addHistory(batchOf(start + 60_000, { admitted: 4 }, { miners: 6 }));
      const again = await reopen();
      assert.deepEqual(await seen(again, "minute"), [
        ...["0 admitted 3", "0 miners 5", "0 refused:busy 2"],
        ...["1 admitted 4", "1 miners 6"],
      ]);
      const whole = ["0 admitted 7", "0 miners 6", "0 refused:busy 2"];
      assert.deepEqual(await seen(again, "hour"), whole);
      assert.deepEqual(await seen(again, "day"), whole);
    }));

  test("a batch that is sent again is added once", () =>
    withStore(open, async (store, reopen) => {
      const batch = batchOf(start, { admitted: 3 });
      await store.addHistory(batch);
      await store.addHistory(batch);
      const again = await reopen();
      await again.addHistory(batch);
      assert.deepEqual(await seen(again, "hour"), ["0 admitted 3"]);
    }));

  test("what several add at once is the sum", () =>
    withStore(open, async (store) => {
      // As many as a store of processes that add one each: more would wait for a connection, and not for each other.
      for (let round = 0; round < 4; round++)
        await Promise.all(
          Array.from({ length: 3 }, (_, i) =>
            store.addHistory(batchOf(start + i, { admitted: 1, [`refused:${i}`]: 1 })),
          ),
        );
      const sums = ["0 admitted 12", "0 refused:0 4", "0 refused:1 4", "0 refused:2 4"];
      assert.deepEqual(await seen(store, "day"), sums);
    }));

  test("rows are dropped by age at their bound, and those of a clock that ran ahead", () =>
    withStore(open, async (store) => {
      const { minute: kept } = HISTORY_KEPT;
      await store.addHistory(batchOf(start, { admitted: 1 }));
      await store.addHistory(batchOf(start + (kept - 1) * 60_000, { admitted: 3 }));
      assert.deepEqual(await seen(store, "minute"), ["0 admitted 1", `${kept - 1} admitted 3`]);
      await store.addHistory(batchOf(start + kept * 60_000, { admitted: 4 }));
      assert.deepEqual(await seen(store, "minute"), [`${kept - 1} admitted 3`, `${kept} admitted 4`]);
      assert.deepEqual(await seen(store, "day"), ["0 admitted 8"]);
      await store.addHistory(batchOf(start + 10 * day, { admitted: 2 }));
      assert.deepEqual(await seen(store, "day"), ["0 admitted 8", "10 admitted 2"]);
      await store.addHistory(batchOf(start, { admitted: 1 }));
      assert.deepEqual(await seen(store, "day"), ["0 admitted 9"]);
    }));

  test("a part is read by its first moments: from inclusive, to exclusive", () =>
    withStore(open, async (store) => {
      for (const i of [0, 1, 2, 3]) await store.addHistory(batchOf(start + i * 60_000, { admitted: i }));
      const rows = await store.history("minute", start + 60_000, start + 180_000);
      assert.deepEqual(
        rows.map(({ value }) => value),
        [1, 2],
      );
    }));

  test("a batch beyond the bounds changes nothing", () =>
    withStore(open, async (store) => {
      const many = (count: number) =>
        Object.fromEntries(Array.from({ length: count }, (_, i) => [`s${i}`, 1]));
      await store.addHistory(batchOf(start, many(HISTORY_SERIES_MAX)));
      const before = await seen(store, "day");
      assert.equal(before.length, HISTORY_SERIES_MAX);
      await assert.rejects(store.addHistory(batchOf(start, many(HISTORY_SERIES_MAX + 1))));
      await assert.rejects(store.addHistory(batchOf(start, { ["s".repeat(97)]: 1 })));
      await assert.rejects(store.addHistory(batchOf(start, { admitted: -1 })));
      await assert.rejects(store.addHistory(batchOf(start, { admitted: Number.NaN })));
      await assert.rejects(store.addHistory(batchOf(start, { admitted: 1 }, { admitted: 1 })));
      assert.deepEqual(await seen(store, "day"), before);
    }));

  test("reasons of a miner add up, with the last time, survive a restart, and go with its sighting", () =>
    withStore(open, async (store, reopen) => {
      await sight(store);
      const of = (hotkey: string, code: string, count: number, kind: ReasonKind = "refused") =>
        ({ hotkey, kind, code, count }) as const;
      const first = batchOf(start, {}, {}, [of("5B", "busy", 9), of("5A", "busy", 2), of("5A", "late", 1)]);
      await store.addHistory(first);
      await store.addHistory(first);
      await store.addHistory(
        batchOf(start + 60_000, {}, {}, [of("5A", "busy", 3), of("stranger", "busy", 1)]),
      );
      await store.addHistory(
        batchOf(start - 60_000, {}, {}, [of("5A", "late", 1), of("5A", "busy", 1, "void")]),
      );
      const again = await reopen();
      assert.deepEqual(await again.minerReasons("5A"), [
        { kind: "refused", code: "busy", count: 5, lastAt: start + 60_000 },
        { kind: "refused", code: "late", count: 2, lastAt: start },
        { kind: "void", code: "busy", count: 1, lastAt: start - 60_000 },
      ]);
      assert.deepEqual(await again.minerReasons("stranger"), [], "it was never seen");
      await again.dropMiners(["5A"]);
      assert.deepEqual(await again.minerReasons("5A"), []);
      assert.equal((await again.minerReasons("5B")).length, 1);
    }));

  test("reasons beyond the bounds change nothing", () =>
    withStore(open, async (store) => {
      await sight(store);
      const one = { hotkey: "5A", kind: "refused", code: "busy", count: 1 } as const;
      const many = (count: number) => Array.from({ length: count }, (_, i) => ({ ...one, code: `c${i}` }));
      const wrong: HistoryBatch["reasons"][] = [
        many(REASONS_MAX + 1),
        [one, one],
        [{ ...one, code: "c".repeat(65) }],
        [{ ...one, code: "" }],
        [{ ...one, count: 0 }],
        [{ ...one, count: 1.5 }],
        [{ ...one, kind: "paid" as "void" }],
      ];
      for (const reasons of wrong)
        await assert.rejects(store.addHistory(batchOf(start, { admitted: 1 }, {}, reasons)));
      assert.deepEqual(await store.minerReasons("5A"), []);
      assert.deepEqual(await seen(store, "day"), []);
      await store.addHistory(batchOf(start, {}, {}, many(REASONS_MAX)));
      assert.equal((await store.minerReasons("5A")).length, REASONS_MAX);
    }));

  test("the bytes of the records are told", () =>
    withStore(open, async (store) => {
      assert.ok((await store.storeBytes()) >= 4096);
    }));
}

/** What several processes add to the same buckets. */
export function sharedHistoryCases(open: OpenStore): void {
  test("what two processes add at once is the sum, a batch that both send counts once, and each reads the whole", () =>
    withTwo(open, async (one, two) => {
      const same = batchOf(start, { strikes: 1 });
      const names = Array.from({ length: 20 }, (_, i) => `refused:${i}`);
      await Promise.all(
        Array.from({ length: 20 }, async (_, i) => {
          // In opposite orders: processes must not wait for each other in a circle.
          const counts = Object.fromEntries(names.map((name) => [name, 1]));
          const backwards = Object.fromEntries(names.toReversed().map((name) => [name, 1]));
          await Promise.all([
            one.addHistory(batchOf(start + i, counts)),
            two.addHistory(batchOf(start, backwards)),
          ]);
          await Promise.all([one.addHistory(same), two.addHistory(same)]);
        }),
      );
      const sums = [...names.map((name) => `0 ${name} 40`).sort(), "0 strikes 1"];
      for (const store of [one, two]) assert.deepEqual(await seen(store, "hour"), sums);
    }));
}
