import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultConfig } from "../../../../src/config/load.ts";
import type { EpochCalendar } from "../../../../src/core/epochs.ts";
import { silentLog } from "../../../../src/core/log.ts";
import type { SignedVector } from "../../../../src/flow/weights.ts";
import type { Judge } from "../../../../src/judge/judge.ts";
import type { RecentCounts } from "../../../../src/validator/history/recentCounts.ts";
import { ClosedSampling } from "../../../../src/validator/overview/closedSampling.ts";
import { Overview } from "../../../../src/validator/overview/overview.ts";
import { FakeClock } from "../../../support/fakeClock.ts";

const standings = { "5A": "active", "5B": "active", "5C": "cold_start", "5D": "suspended" } as const;
const judge = {
  memory: { sightings: { values: () => Object.keys(standings).map((hotkey) => ({ hotkey })) } },
  standing: ({ hotkey }: { hotkey: keyof typeof standings }) => ({ standing: standings[hotkey] }),
} as unknown as Pick<Judge, "memory" | "standing">;
const vector = { epoch: 4, period: 4, issued_at: 77, weights: [{ weight: 1 }] } as unknown as SignedVector;

function world() {
  const clock = new FakeClock(1_000_000);
  const state = { asked: 0, fails: false, ready: true };
  const answer = async <T>(value: T): Promise<T> => {
    if (state.fails) throw new Error("the store is gone");
    return value;
  };
  const store = {
    latestVector: () => answer(vector),
    weightPlans: () => answer([]),
    ...{ closedEpochs: () => answer([]), epoch: async () => null, logText: async () => null },
  };
  const overview = new Overview({
    ...{ config: defaultConfig(), version: "1.2.3", clock, store, judge },
    chain: { block: () => 1805 },
    epochs: { at: () => ({ epoch: 9, endsAt: 2_000_000 }) } as unknown as EpochCalendar,
    membership: { node: null },
    weigher: {
      outlook: () => answer({ running: 5, begins: 1800, length: 360, since: 0 }),
      faults: () => [],
    },
    readiness: async () => {
      state.asked++;
      return {
        ready: state.ready,
        checks: [{ name: "store", ok: state.ready, detail: "it does not answer" }],
      };
    },
    alertCounts: () => ({ firing: 1, pending: 0, muted: 0, worst: "warning" as const }),
    recent: { sums: () => answer(new Map([["submissions_admitted", 3]])) } as unknown as RecentCounts,
    sampling: new ClosedSampling({ store, log: silentLog }),
  });
  return { clock, state, overview };
}

test("the document holds what the facts say", async () => {
  const { overview } = world();
  const { document } = await overview.snapshot();
  assert.equal(document.verdict.reason, "earning");
  assert.deepEqual(document.next_weights, { period: 5, block: 2160, at: 1_000_000 + 355 * 12_000 });
  assert.deepEqual(document.last_weights, { period: 4, state: "signed", at: 77 });
  assert.deepEqual(document.miners, { active: 2, cold_start: 1, suspended: 1 });
  assert.deepEqual(document.alerts, { firing: 1, pending: 0, muted: 0, worst: "warning" });
  assert.deepEqual([document.funnel[1]?.count, document.block, document.version], [3, 1805, "1.2.3"]);
  assert.deepEqual(document.epoch, { number: 9, ends_at: 2_000_000 });
});

test("however many ask, it is made once per second", async () => {
  const { clock, state, overview } = world();
  const all = await Promise.all(Array.from({ length: 50 }, () => overview.text()));
  assert.equal(new Set(all).size, 1);
  clock.advance(999);
  await overview.text();
  assert.equal(state.asked, 1);
  clock.advance(1);
  await overview.text();
  assert.equal(state.asked, 2);
});

test("while the store fails it is said, and the rest is shown as it was", async () => {
  const { clock, state, overview } = world();
  await overview.snapshot();
  clock.advance(1000);
  Object.assign(state, { fails: true, ready: false });
  const { document } = await overview.snapshot();
  assert.deepEqual([document.verdict.earning, document.verdict.reason], [false, "store_failing"]);
  assert.equal(document.last_weights?.period, 4);
  assert.equal(document.funnel[1]?.count, 3);
});

test("a process that stops says so at once", async () => {
  const { overview } = world();
  await overview.snapshot();
  overview.drain();
  assert.equal((await overview.snapshot()).document.verdict.reason, "draining");
});
