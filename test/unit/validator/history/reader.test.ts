import assert from "node:assert/strict";
import { test } from "node:test";
import { AssayError } from "../../../../src/core/problems/assayError.ts";
import type { HistoryRow, HistoryStep } from "../../../../src/flow/history.ts";
import type { HistoryView } from "../../../../src/http/handlers.ts";
import { HistoryReader } from "../../../../src/validator/history/reader.ts";
import { RecentCounts } from "../../../../src/validator/history/recentCounts.ts";
import { FakeClock } from "../../../support/fakeClock.ts";

const minute = 60_000;
const now = 1_000_000 * minute;
const query = { step: "minute", from: null, to: null, names: null } as const;

function world() {
  const clock = new FakeClock(now);
  const rows: HistoryRow[] = [
    { series: "minutes_recorded", start: now - minute, value: 1 },
    { series: "strikes", start: now - minute, value: 2 },
  ];
  const state = { reads: 0, failure: null as Error | null };
  const store = {
    history: async (_step: HistoryStep, from: number, to: number) => {
      state.reads++;
      if (state.failure !== null) throw state.failure;
      return rows.filter(({ start }) => start >= from && start < to);
    },
  };
  return { clock, rows, state, store };
}

test("however many ask for whatever part, the store is read once within 15 s", async () => {
  const { clock, state, store } = world();
  const reader = new HistoryReader({ clock, store });
  const asked = Array.from({ length: 100 }, (_, i) => reader.text({ ...query, from: now - i * minute }));
  await Promise.all(asked);
  clock.advance(14_999);
  const { series } = JSON.parse(await reader.text({ ...query, names: ["strikes"] })) as HistoryView;
  assert.equal(state.reads, 1);
  assert.deepEqual(series[0]?.points.slice(-2), [
    [now - minute, 2],
    [now, null],
  ]);
  clock.advance(1);
  await reader.text(query);
  assert.equal(state.reads, 2);
});

test("a read that failed is told, and tried again by the next", async () => {
  const { clock, state, store } = world();
  const reader = new HistoryReader({ clock, store });
  state.failure = new AssayError({ code: "store_unavailable", retry_after_s: 1 });
  await assert.rejects(reader.text(query), { code: "store_unavailable" });
  state.failure = null;
  assert.ok((await reader.text(query)).includes("strikes"));
});

test("what was just recorded is counted once in the last hour: neither missing nor twice", async () => {
  const { clock, rows, store } = world();
  const recorder = { recorded: 0, unrecorded: () => unrecorded };
  let unrecorded = new Map([["strikes", 3]]);
  const recent = new RecentCounts({ clock, store, recorder });
  assert.equal((await recent.sums()).get("strikes"), 5);
  unrecorded = new Map([["strikes", 4]]);
  assert.equal((await recent.sums()).get("strikes"), 6);
  rows.push({ series: "strikes", start: now, value: 4 });
  unrecorded = new Map();
  recorder.recorded++;
  assert.equal((await recent.sums()).get("strikes"), 6);
});
