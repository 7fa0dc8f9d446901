import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { epochByHeight, scheduleByHeight } from "../../../src/chain/subtensor/read/byHeight.ts";
import {
  commitEpoch,
  epochAt,
  nextEpochBlock,
  revealBlock,
  type ScheduleState,
  step,
} from "../../../src/chain/subtensor/timelock/schedule.ts";

const states: fc.Arbitrary<ScheduleState> = fc
  .record({
    ...{ tempo: fc.oneof(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 2, max: 400 })) },
    ...{ age: fc.nat(500), pending: fc.option(fc.integer({ min: -20, max: 500 })) },
    ...{ drift: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.nat(500)) },
    ...{ subnetEpochIndex: fc.nat(1000), revealPeriodEpochs: fc.integer({ min: 1, max: 6 }) },
  })
  .map(({ tempo, age, pending, drift, ...rest }) => ({
    ...rest,
    ...{ block: 10_000, tempo, lastEpochBlock: 10_000 - age },
    pendingEpochAt: pending === null ? 0 : 10_000 + pending,
    blocksSinceLastStep: Math.max(0, tempo + drift),
  }));

/** The chain's own way: block after block. */
function walked(state: ScheduleState): { epoch: number; reveal: number; next: number } {
  let at: ScheduleState = step(state, state.block + 1);
  let next = at.subnetEpochIndex > state.subnetEpochIndex ? state.block + 1 : 0;
  const epoch = epochAt(at, state.block + 1);
  for (let block = state.block + 2; ; block++) {
    const isRevealed = epochAt(at, block) === epoch + state.revealPeriodEpochs;
    const after: ScheduleState = step(at, block);
    if (next === 0 && after.subnetEpochIndex > at.subnetEpochIndex) next = block;
    if (isRevealed && next > 0) return { epoch, reveal: block, next };
    if (isRevealed) return { epoch, reveal: block, next: walked({ ...at, block: block - 1 }).next };
    at = after;
  }
}

describe("the schedule of epochs", () => {
  it("that skips quiet blocks is the one that goes block by block", () => {
    fc.assert(
      fc.property(states, (state) => {
        const want = walked(state);
        assert.equal(commitEpoch(state), want.epoch);
        assert.equal(revealBlock(state), want.reveal);
        assert.equal(nextEpochBlock(state), want.next);
      }),
      { numRuns: 2000 },
    );
  });

  it("has an answer at once for the longest periods and tempos", () => {
    const state = { block: 1, lastEpochBlock: 1, pendingEpochAt: 0, subnetEpochIndex: 0 };
    const longest = { ...state, tempo: 65_535, blocksSinceLastStep: 0, revealPeriodEpochs: 100 };
    assert.equal(revealBlock(longest), 1 + 100 * 65_535);
  });

  it("moves on also where every block has an epoch, and where none has", () => {
    const state = { block: 50, lastEpochBlock: 50, pendingEpochAt: 0, subnetEpochIndex: 3 };
    const each = { ...state, tempo: 1, blocksSinceLastStep: 0, revealPeriodEpochs: 1 };
    assert.equal(nextEpochBlock(each), 51);
    assert.ok(revealBlock(each) <= 54);
    assert.equal(nextEpochBlock({ ...each, tempo: 0 }), null);
  });
});

describe("a schedule by height", () => {
  it("is that of a runtime with an epoch every tempo + 1 blocks, shifted by the netuid", () => {
    const netuid = fc.nat(300);
    const tempo = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 400 }));
    const block = fc.oneof(fc.nat(50), fc.integer({ min: 1_000_000, max: 1_002_000 }));
    fc.assert(
      fc.property(
        netuid,
        tempo,
        block,
        fc.integer({ min: 1, max: 4 }),
        (n, t, height, revealPeriodEpochs) => {
          const state = scheduleByHeight(height, { netuid: n, tempo: t, revealPeriodEpochs });
          const epochOf = (of: number): number => epochByHeight(of, { netuid: n, tempo: t });
          const first = (from: number, epoch: number): number => {
            for (let at = from; ; at++) if (epochOf(at) >= epoch) return at;
          };
          assert.equal(commitEpoch(state), epochOf(height + 1));
          assert.equal(nextEpochBlock(state), first(height + 1, epochOf(height) + 1));
          assert.equal(revealBlock(state), first(height + 2, epochOf(height + 1) + revealPeriodEpochs));
        },
      ),
    );
  });

  it("of a tempo of 0 has no epochs", () => {
    const state = scheduleByHeight(1000, { netuid: 7, tempo: 0, revealPeriodEpochs: 1 });
    assert.equal(nextEpochBlock(state), null);
  });
});
