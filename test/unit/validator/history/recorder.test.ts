import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "../../../../src/core/log.ts";
import { AssayError } from "../../../../src/core/problems/assayError.ts";
import { systemRandom } from "../../../../src/core/random.ts";
import type { HistoryBatch } from "../../../../src/flow/history.ts";
import { MetricRegistry } from "../../../../src/observe/metrics.ts";
import { Tally } from "../../../../src/observe/tally.ts";
import { ReasonTally } from "../../../../src/validator/history/reasonTally.ts";
import { HistoryRecorder } from "../../../../src/validator/history/recorder.ts";
import { FakeClock } from "../../../support/fakeClock.ts";

function world() {
  const clock = new FakeClock(1_000_000 * 60_000);
  const tally = new Tally([{ series: "strikes", metric: "assay_strikes_total" }]);
  const metrics = new MetricRegistry(tally);
  const reasons = new ReasonTally(metrics);
  const strikes = metrics.counter("assay_strikes_total", "x");
  const state = { failure: null as Error | null, trusted: true, batches: [] as HistoryBatch[], tries: 0 };
  const recorder = new HistoryRecorder({
    ...{ tally, reasons, clock, metrics, log: silentLog, random: systemRandom },
    isTrusted: () => state.trusted,
    levels: async () => ({ miners_active: 3 }),
    store: {
      addHistory: async (batch) => {
        state.tries++;
        if (state.failure !== null) throw state.failure;
        state.batches.push(batch);
      },
    },
  });
  const told = () =>
    state.batches.map(({ at, counts }) => [
      at / 60_000 - 1_000_000,
      Object.fromEntries(counts.map(({ series, value }) => [series, value])),
    ]);
  return { clock, strikes, reasons, state, recorder, told };
}

const down = new AssayError({ code: "store_unavailable", retry_after_s: 1 });

test("a minute is recorded once it is over, at its own time, and one that stops records the rest", async () => {
  const { clock, strikes, state, recorder, told } = world();
  await recorder.tick();
  strikes.add();
  clock.advance(59_999);
  await recorder.tick();
  assert.deepEqual(told(), []);
  clock.advance(1);
  await recorder.tick();
  strikes.add({}, 2);
  await recorder.close();
  assert.deepEqual(told(), [
    [0, { strikes: 1, minutes_recorded: 1 }],
    [1, { strikes: 2, minutes_recorded: 1 }],
  ]);
  assert.deepEqual(state.batches[0]?.levels, [{ series: "miners_active", value: 3 }]);
});

test("reasons of a minute go with it, once, and are sent again with it", async () => {
  const { clock, state, recorder, reasons } = world();
  await recorder.tick();
  reasons.add("5A", "refused", "busy");
  reasons.add("5A", "refused", "busy");
  reasons.add("5B", "rejected", "proof_rejected");
  state.failure = down;
  clock.advance(60_000);
  await recorder.tick();
  state.failure = null;
  reasons.add("5A", "refused", "busy");
  await recorder.close();
  assert.deepEqual(
    state.batches.map((batch) => batch.reasons),
    [
      [
        { hotkey: "5A", kind: "refused", code: "busy", count: 2 },
        { hotkey: "5B", kind: "rejected", code: "proof_rejected", count: 1 },
      ],
      [{ hotkey: "5A", kind: "refused", code: "busy", count: 1 }],
    ],
  );
});

test("what the store did not take is sent again as it was, in order, with the next minute", async () => {
  const { clock, strikes, state, recorder, told } = world();
  await recorder.tick();
  state.failure = down;
  for (let minute = 0; minute < 3; minute++) {
    strikes.add();
    clock.advance(60_000);
    await recorder.tick();
  }
  assert.equal(state.tries, 3, "one try per minute while the store is down");
  state.failure = null;
  clock.advance(60_000);
  await recorder.tick();
  await recorder.close();
  const recorded = told().map(([at]) => at);
  assert.deepEqual(recorded, [0, 1, 2, 3, 4]);
  assert.equal(new Set(state.batches.map(({ id }) => id)).size, 5);
});

test("at most 60 minutes wait for the store; the oldest are dropped and counted", async () => {
  const { clock, state, recorder, told } = world();
  await recorder.tick();
  state.failure = down;
  for (let minute = 0; minute < 70; minute++) {
    clock.advance(60_000);
    await recorder.tick();
  }
  state.failure = null;
  await recorder.close();
  assert.equal(told().length, 60);
  assert.deepEqual(told().at(0)?.[0], 11);
});

test("a batch that the store can never take is dropped, and the next ones are recorded", async () => {
  const { clock, state, recorder, told } = world();
  await recorder.tick();
  state.failure = new RangeError("never");
  clock.advance(60_000);
  await recorder.tick();
  state.failure = null;
  clock.advance(60_000);
  await recorder.tick();
  assert.deepEqual(
    told().map(([at]) => at),
    [1],
  );
});

test("while the clock is in doubt nothing is dated", async () => {
  const { clock, strikes, state, recorder, told } = world();
  await recorder.tick();
  state.trusted = false;
  strikes.add();
  clock.advance(600_000);
  await recorder.tick();
  assert.deepEqual(told(), []);
  clock.advance(-600_000);
  state.trusted = true;
  clock.advance(60_000);
  await recorder.tick();
  assert.deepEqual(told(), [[0, { strikes: 1, minutes_recorded: 1 }]]);
});
