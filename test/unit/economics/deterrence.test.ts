import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  breakEvenGain,
  breakEvenRate,
  deterrence,
  discountedDays,
  gainPerCheat,
  identityCap,
  lossIfSuspended,
  penaltyPerCheat,
  suspensionLoss,
  type Temptation,
} from "../../../src/economics/deterrence.ts";
import { computeSaved, gainReadings, incomePerJob } from "../../../src/economics/gains.ts";
import { recommend } from "../../../src/economics/recommend.ts";
import { decisive, verdictTable } from "../../../src/economics/verdict.ts";
import { sameDigits } from "../../support/figures.ts";

const now = { rate: 0.04, strikes: 1, suspensionDays: (20 * 360 * 12) / 86_400 };
const before = { rate: 20 / 7000, strikes: 3, suspensionDays: (5 * 360 * 12) / 86_400 };
const miner: Temptation = {
  share: 0.357,
  incomePerDay: 0.02,
  margin: 1,
  gain: 1e-4,
  keepsGain: true,
  discountPerDay: 1,
  identityCost: null,
  warmUpDays: 0.25,
};

describe("a cheat's penalty", () => {
  it("is p s T E over the strikes; twenty tempos are a day", () => {
    assert.equal(now.suspensionDays, 1);
    sameDigits(penaltyPerCheat(now, miner), 2.856e-4);
    sameDigits(penaltyPerCheat(before, miner), 1.7e-6);
    sameDigits(lossIfSuspended(now, miner), 0.00714);
  });

  it("grew 14 x 4 x 3 = 168 times, whatever gain, margin, share and income", () => {
    for (const other of [miner, { ...miner, gain: 1, margin: 0.1, share: 0.1, incomePerDay: 9 }])
      sameDigits(deterrence(now, other) / deterrence(before, other), 168, 10);
    sameDigits(now.rate / before.rate, 14, 10);
    assert.equal(now.suspensionDays / before.suspensionDays, 4);
  });
});

describe("penalty over gain", () => {
  const readings: [string, number, Partial<Temptation>][] = [
    ["gain 1e-4, income lost on 35.7 %", 2.856, {}],
    ["a caught cheat gains nothing", 2.975, { keepsGain: false }],
    ["all income lost", 8, { share: 1 }],
    ["only profit lost", 0.2856, { margin: 0.1 }],
    ["a job's income, 500 a tempo, all validators", 142.8, { gain: incomePerJob(1, 0.02, 10_000) }],
    ["a job's income, 7,000 a tempo, all validators", 1999, { gain: incomePerJob(1, 0.02, 140_000) }],
    ["a job's income, 500 a tempo, from here", 400, { gain: incomePerJob(0.357, 0.02, 10_000) }],
    ["a job's income, 7,000 a tempo, from here", 5600, { gain: incomePerJob(0.357, 0.02, 140_000) }],
    [
      "compute saved against profit lost",
      622.2,
      { margin: 0.1, gain: computeSaved(incomePerJob(0.357, 0.02, 140_000), 0.1) },
    ],
  ];
  for (const [reading, ratio, change] of readings)
    it(`${reading}: ${ratio}`, () => sameDigits(deterrence(now, { ...miner, ...change }), ratio));

  it("before: 0.017, and 0.051 had one strike been enough", () => {
    sameDigits(deterrence(before, miner), 0.017);
    sameDigits(deterrence({ ...before, strikes: 1 }, miner), 0.051);
  });

  it("the gains behind it", () => {
    sameDigits(incomePerJob(1, 0.02, 10_000), 2e-6);
    sameDigits(incomePerJob(1, 0.02, 140_000), 1.429e-7);
    sameDigits(incomePerJob(0.357, 0.02, 10_000), 7.14e-7);
    sameDigits(incomePerJob(0.357, 0.02, 140_000), 5.1e-8);
    sameDigits(computeSaved(incomePerJob(0.357, 0.02, 140_000), 0.1), 4.59e-8);
    sameDigits(gainPerCheat(now, { ...miner, keepsGain: false }), 9.6e-5);
    // 0.5 % of a day's income: 7.2 minutes of it, a tenth of a tempo's, what 200 such cheats a day would make up.
    sameDigits(miner.gain / miner.incomePerDay, 0.005);
    sameDigits((1440 * miner.gain) / miner.incomePerDay, 7.2);
    sameDigits(miner.gain / (miner.incomePerDay / 20), 0.1);
    sameDigits(miner.incomePerDay / miner.gain, 200);
  });

  it("is infinite where there is nothing to gain", () => {
    assert.equal(deterrence(now, { ...miner, gain: 0 }), Number.POSITIVE_INFINITY);
    assert.equal(deterrence({ ...now, rate: 1 }, { ...miner, keepsGain: false }), Number.POSITIVE_INFINITY);
  });
});

describe("break-even", () => {
  it("gain at ratio 1 and at ratio 3", () => {
    sameDigits(breakEvenGain(now, miner), 2.856e-4);
    sameDigits(breakEvenGain(now, miner, 3), 9.52e-5);
  });

  it("rate under both conventions", () => {
    sameDigits(breakEvenRate(now, miner), 0.01401);
    sameDigits(breakEvenRate(now, { ...miner, keepsGain: false }), 0.01381);
  });
});

describe("impatience and new identities", () => {
  it("a discounted suspension costs a geometric sum; for ever, a finite one", () => {
    assert.equal(discountedDays(7, 1), 7);
    sameDigits(discountedDays(3, 0.9), 1 + 0.9 + 0.81, 12);
    sameDigits(discountedDays(Number.POSITIVE_INFINITY, 0.9), 10, 12);
    sameDigits(discountedDays(5, 1 - 1e-12), 5, 8);
    assert.equal(discountedDays(Number.POSITIVE_INFINITY, 1), Number.POSITIVE_INFINITY);
    sameDigits(suspensionLoss({ ...miner, discountPerDay: 0.9 }, 3), 0.00714 * 2.71, 10);
  });

  it("the loss is capped by the price of an identity and its cold start", () => {
    assert.equal(identityCap(miner), Number.POSITIVE_INFINITY);
    const cheap = { ...miner, identityCost: 0.001 };
    sameDigits(identityCap(cheap), 0.001 + 0.00714 / 4, 10);
    assert.equal(lossIfSuspended(now, cheap), identityCap(cheap));
    assert.equal(lossIfSuspended(now, { ...miner, identityCost: 1 }), suspensionLoss(miner, 1));
  });
});

describe("a recommendation", () => {
  const tempoDays = 0.05;

  it("is the smallest of each that is enough", () => {
    const { rate, suspension_tempos } = recommend(now, [miner], 3, tempoDays);
    assert.deepEqual([rate, suspension_tempos], [0.04202, 22]);
    const at = (tempos: number): number => deterrence({ ...now, suspensionDays: tempos * tempoDays }, miner);
    assert.ok(at(22) >= 3 && at(21) < 3);
    assert.ok(deterrence({ ...now, rate: 0.04202 }, miner) >= 3);
    assert.ok(deterrence({ ...now, rate: 0.04201 }, miner) < 3);
  });

  it("obeys the hardest of several cheats", () => {
    const hard = { ...miner, gain: 1e-3, margin: 0.1 };
    assert.deepEqual(recommend(now, [miner, hard], 3, tempoDays), recommend(now, [hard], 3, tempoDays));
    assert.deepEqual(recommend(now, [hard], 3, tempoDays), { rate: null, suspension_tempos: 2101 });
  });

  it("says when no suspension is long enough, because an identity is cheaper", () => {
    const free = { ...miner, identityCost: 0, warmUpDays: 0 };
    assert.deepEqual(recommend(now, [free], 3, tempoDays), { rate: null, suspension_tempos: null });
  });
});

describe("the table of verdicts", () => {
  const readings = gainReadings({ share: 0.357, incomePerDay: 0.02, jobsPerDay: 140_000, stated: 1e-4 });

  it("has a cell for each reading and margin; equal gains are one row under both names", () => {
    const cells = verdictTable(now, miner, readings, [1, 0.1]);
    assert.equal(cells.length, 6 * 2);
    const stated = cells.filter(({ reading }) => reading.includes("as stated"));
    assert.deepEqual(
      stated.map(({ margin, loses }) => [margin, loses]),
      [
        [1, true],
        [0.1, false],
      ],
    );
    const saved = cells.find(({ reading, margin }) => reading.startsWith("compute") && margin === 1);
    assert.deepEqual([saved?.gain, saved?.ratio, saved?.loses], [0, null, true]);
  });

  it("tells which assumption turns the verdict", () => {
    const of = (some: typeof readings, margins: number[], stated = { gain: 1e-4, margin: 1 }) =>
      decisive(verdictTable(now, miner, some, margins), stated);
    assert.deepEqual(of(readings, [1, 0.1]), { gain: true, margin: true, anything: true });
    const small = [{ reading: "small", gain: () => 1e-7 }];
    assert.deepEqual(of(small, [1, 0.1], { gain: 1e-7, margin: 1 }), {
      gain: false,
      margin: false,
      anything: false,
    });
    assert.deepEqual(of(readings, [1]), { gain: true, margin: false, anything: true });
  });
});
