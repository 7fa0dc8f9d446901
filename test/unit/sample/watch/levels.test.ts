import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { designOf, type EValue, initialEValue, observe } from "../../../../src/sample/watch/eValue.ts";
import { LANE_BUDGET, levelOf, MINER_BUDGET } from "../../../../src/sample/watch/levels.ts";
import { SeededRandom } from "../../../support/dispatch/cap/queueing.ts";

const RATE = 0.04;
/** 1 of 350 where 20 of 500 are promised. */
const COLLAPSED = RATE / 14;
const design = designOf(RATE);
const laneLimit = (index: number): number => 1 / levelOf(index, LANE_BUDGET);
const minerLimit = (index: number): number => 1 / levelOf(index, MINER_BUDGET);

function draw(evidence: EValue, rate: number, random: SeededRandom): number {
  observe(evidence, design, random.unit() < rate);
  return evidence.value;
}

/** A run of the design that `good` draws began and 5,000 of its own went on with. */
function oneOf(good: EValue, random: SeededRandom): EValue {
  const evidence = { ...good, parts: [...good.parts] };
  for (let i = 0; i < 5000; i++) draw(evidence, RATE, random);
  return evidence;
}

/** How many draws after the change the evidence reaches the limit, in the median of the runs. */
function medianDelay(
  limit: number,
  { to, good = 0, runs = 1001 }: { to: number; good?: number; runs?: number },
) {
  const random = new SeededRandom(good + runs);
  const before = initialEValue();
  for (let i = 0; i < good; i++) draw(before, RATE, random);
  const delays = Array.from({ length: runs }, () => {
    const evidence = good === 0 ? initialEValue() : oneOf(before, random);
    let delay = 1;
    while (draw(evidence, to, random) < limit && delay < 100_000) delay++;
    return delay;
  }).sort((a, b) => a - b);
  return delays[(runs - 1) / 2] ?? Number.NaN;
}

function assertAtMost(median: number, most: number): void {
  assert.ok(median <= most, `median ${median}, at most ${most}`);
}

describe("a collapse from 4 % to 0.2857 % from the start", () => {
  it("is found within 300 draws in the median, in each of the first 13 lanes and classes", () => {
    for (const index of [0, 11, 12]) assertAtMost(medianDelay(laneLimit(index), { to: COLLAPSED }), 300);
  });

  it("is found within 300 draws of a miner that is alone, in each of its classes", () => {
    for (const index of [0, 2]) assertAtMost(medianDelay(minerLimit(index), { to: COLLAPSED }), 300);
  });

  it("is found within 450 draws of any miner of 256 in four classes", () => {
    for (const index of [3, 255, 1026]) assertAtMost(medianDelay(minerLimit(index), { to: COLLAPSED }), 450);
  });
});

describe("a later or smaller change", () => {
  it("is found after a million good draws: a collapse within 900", () => {
    assertAtMost(medianDelay(laneLimit(0), { to: COLLAPSED, good: 1e6, runs: 101 }), 900);
    assertAtMost(medianDelay(minerLimit(0), { to: COLLAPSED, good: 1e6, runs: 101 }), 900);
  });

  it("is found when it is slow: 3 % within 12,000 draws, 8 % within 1,000", () => {
    assertAtMost(medianDelay(laneLimit(0), { to: 0.03, runs: 51 }), 12_000);
    assertAtMost(medianDelay(laneLimit(0), { to: 0.08, runs: 101 }), 1000);
  });
});

describe("false alarms", () => {
  it("have a chance below 1 % in all, however many series begin", () => {
    let sum = 0;
    const count = 100_000;
    for (let index = 0; index < count; index++) {
      sum += levelOf(index, LANE_BUDGET) + levelOf(index, MINER_BUDGET);
    }
    // What comes after the n-th of a rest is rest / (n + 1).
    const tail = (LANE_BUDGET.rest + MINER_BUDGET.rest) / (count - 2000);
    assert.ok(sum > 0.009 && sum + tail < 0.01, `${sum}`);
  });

  it("are as rare as that in 200 runs of 20,000 draws by 256 miners", () => {
    const random = new SeededRandom(11);
    let runs = 0;
    for (let run = 0; run < 200; run++) if (raisesFalsely(20_000, random)) runs++;
    // 1.9 are allowed on the mean.
    assert.ok(runs <= 5, `${runs} runs`);
  });

  it("are none in a seeded run of a million draws", () => {
    assert.equal(raisesFalsely(1e6, new SeededRandom(12)), false);
  });
});

function raisesFalsely(draws: number, random: SeededRandom): boolean {
  const lane = initialEValue();
  const miners = Array.from({ length: 256 }, (_, i) => ({ evidence: initialEValue(), limit: minerLimit(i) }));
  for (let i = 0; i < draws; i++) {
    const sampled = random.unit() < RATE;
    observe(lane, design, sampled);
    if (lane.value >= laneLimit(0)) return true;
    const miner = miners[Math.floor(random.unit() * 256)];
    assert.ok(miner);
    observe(miner.evidence, design, sampled);
    if (miner.evidence.value >= miner.limit) return true;
  }
  return false;
}
