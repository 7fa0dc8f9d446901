import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { binomialAtLeast, logGamma, regularisedBeta } from "../../../src/economics/beta.ts";
import { leastInteger } from "../../../src/economics/bisect.ts";
import { concentration, renormalised } from "../../../src/economics/concentration.ts";
import {
  cheatsDetected,
  detectionProbability,
  fullTimeCheat,
  meanCheats,
  quantileOfCheats,
} from "../../../src/economics/detection.ts";
import { clopperPearson } from "../../../src/economics/intervals.ts";
import { errorBound, errorRate, worstErrorRate } from "../../../src/economics/sarmenta.ts";
import {
  cheatsToStrikes,
  detectionsAtRisk,
  meanCheatsToStrikes,
  unsuspendedInWindow,
} from "../../../src/economics/strikes.ts";
import {
  anyDetects,
  enumeratedLoss,
  linearLoss,
  lossOfStake,
  mostEnumerated,
} from "../../../src/economics/validators.ts";
import { sameDigits } from "../../support/figures.ts";

// Expected figures come from other programs (scipy, integral equations), to four digits and more.

const low = 20 / 7000;
const shares = [0.444, 0.357, 0.0709, 0.0624, 0.0449];
const detectors = (cheats: number, rate = 0.04) =>
  shares.map((share) => ({ share, detects: detectionProbability(rate, cheats) }));

describe("detection", () => {
  it("takes 1/p cheats on average", () => {
    assert.deepEqual([meanCheats(0.04), meanCheats(low)], [25, 350]);
  });

  const quantiles: [number, number, number, number][] = [
    [0.04, 0.5, 16.98, 17],
    [0.04, 0.9, 56.41, 57],
    [0.04, 0.95, 73.39, 74],
    [0.04, 0.99, 112.8, 113],
    [low, 0.9, 804.8, 805],
    [low, 0.99, 1610, 1610],
  ];
  for (const [rate, q, between, whole] of quantiles)
    it(`at ${rate} has come with ${q} after ${whole} cheats, and not after one less`, () => {
      sameDigits(quantileOfCheats(rate, q), between);
      assert.equal(cheatsDetected(rate, q), whole);
      assert.ok(detectionProbability(rate, whole) >= q);
      assert.ok(detectionProbability(rate, whole - 1) < q);
    });

  it("is certain at rate 1, impossible without a cheat, and exact for rates that a power would lose", () => {
    assert.deepEqual([detectionProbability(1, 0), detectionProbability(1, 1)], [0, 1]);
    assert.equal(detectionProbability(0.04, 0), 0);
    assert.equal(cheatsDetected(1, 0.99), 1);
    sameDigits(detectionProbability(1e-17, 1), 1e-17, 10);
  });

  it("ends a full-time cheat at 7,000 jobs a tempo after 15 s, who then works 0.018 % of its time", () => {
    const jobSeconds = 4320 / 7000;
    sameDigits(jobSeconds, 0.6171);
    const { seconds, dutyCycle } = fullTimeCheat({
      rate: 0.04,
      strikes: 1,
      jobSeconds,
      suspensionSeconds: 86_400,
    });
    sameDigits(seconds, 15.43);
    sameDigits(dutyCycle, 1.785e-4);
  });
});

describe("strikes", () => {
  it("that never lapse take s/p cheats on average", () => {
    assert.equal(meanCheatsToStrikes(0.04, 3), 75);
    assert.equal(meanCheatsToStrikes(low, 3), 1050);
    for (const q of [0.5, 0.9, 0.99]) assert.equal(cheatsToStrikes(0.04, 1, q), cheatsDetected(0.04, q));
    // scipy.stats.nbinom.ppf(0.95, 3, 0.04) + 3
    assert.equal(cheatsToStrikes(0.04, 3, 0.95), 156);
    assert.equal(cheatsToStrikes(1e-5, 1, 0.95), cheatsDetected(1e-5, 0.95));
    // Log gamma keeps 15 digits, and most of them cancel here.
    sameDigits(cheatsToStrikes(1e-9, 1, 0.95) ?? 0, cheatsDetected(1e-9, 0.95), 6);
    assert.equal(cheatsToStrikes(1e-18, 1, 0.95), null);
  });

  const windows: [number, number, number, number][] = [
    [2, 0.3554, 8.884, 124.4],
    [3, 0.8177, 20.44, 286.2],
    [5, 1.97, 49.25, 689.6],
  ];
  for (const [strikes, expected, cheats, cheatsAtLow] of windows)
    it(`${strikes} in a window: at a risk of 5 % a window, ${cheats} cheats in it`, () => {
      const found = detectionsAtRisk(strikes, 0.05);
      sameDigits(found, expected);
      sameDigits(found / 0.04, cheats);
      sameDigits(found / low, cheatsAtLow);
      sameDigits(unsuspendedInWindow(found, strikes), 0.95, 10);
    });

  it("one in a window: the chance of none", () => {
    sameDigits(unsuspendedInWindow(0.5, 1), Math.exp(-0.5), 12);
    assert.equal(unsuspendedInWindow(0, 1), 1);
    assert.equal(unsuspendedInWindow(5, 0), 0);
    // scipy.stats.poisson.cdf(999, 1000): e^-1000 is below the smallest float.
    sameDigits(unsuspendedInWindow(1000, 1000), 0.4957946896);
  });
});

describe("concentration", () => {
  it("plain, and of the listed shares alone", () => {
    sameDigits(concentration(shares).hhi, 0.335522, 6);
    sameDigits(concentration(shares).effective, 2.9804, 5);
    sameDigits(renormalised(shares).hhi, 0.3499);
    sameDigits(renormalised(shares).effective, 2.8577, 5);
    sameDigits(
      shares.reduce((sum, share) => sum + share, 0),
      0.9792,
    );
  });

  it("of n equal shares is n", () => {
    sameDigits(concentration(Array(8).fill(1 / 8)).effective, 8, 12);
  });
});

describe("several validators", () => {
  const rows: [number, number, number, number, number][] = [
    [1, 0.1846, 0.04094, 0.03917, 0.004613],
    [5, 0.6396, 0.2108, 0.1808, 0.08549],
    [25, 0.9939, 0.7752, 0.6263, 0.67],
    [57, 1, 0.9792, 0.8836, 0.9663],
  ];
  for (const [cheats, any, expected, linear, cliff] of rows)
    it(`${cheats} cheats at each of the five`, () => {
      const loss = enumeratedLoss(detectors(cheats));
      sameDigits(anyDetects(detectors(cheats)), any);
      sameDigits(linearLoss(detectors(cheats)), linear);
      sameDigits(loss.expected, expected);
      sameDigits(loss.cliff, cliff);
    });

  it("no single one reaches the cliff; the largest with one of three others does", () => {
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = shares;
    for (const share of shares) assert.equal(lossOfStake(share), share);
    for (const other of [b, c, d]) assert.equal(lossOfStake(a + other), 1);
    sameDigits(lossOfStake(a + e), 0.4889);
    sameDigits(lossOfStake(b + c + d), 0.4903);
  });

  it("exactly one half is not the cliff, even as a sum of decimals", () => {
    const half = 0.17 + 0.28 + 0.05;
    assert.ok(half > 0.5, "above one half by rounding");
    assert.equal(lossOfStake(half), half);
    assert.equal(lossOfStake(0.500001), 1);
  });

  it("are enumerated up to twenty, and refused above", () => {
    const many = (n: number) => Array.from({ length: n }, () => ({ share: 1 / n, detects: 0.5 }));
    // P(more than 10 of 20), by symmetry.
    sameDigits(enumeratedLoss(many(mostEnumerated)).cliff, (1 - 184_756 / 2 ** 20) / 2, 10);
    assert.throws(() => enumeratedLoss(many(mostEnumerated + 1)), RangeError);
  });
});

describe("spot checks with blacklisting", () => {
  const checks = { rate: 0.04, jobs: 1000, saboteurs: 0.2 };

  it("the worst error and its bound", () => {
    const { sabotage, error } = worstErrorRate(checks);
    sameDigits(error, 0.002112);
    sameDigits(errorBound(checks), 0.002299);
    for (const other of [0.9 * sabotage, 1.1 * sabotage, 1]) assert.ok(errorRate(checks, other) < error);
  });

  it("nothing is wrong where nobody sabotages, and all that may be where nothing is checked", () => {
    assert.equal(errorRate({ ...checks, saboteurs: 0 }, 0.5), 0);
    sameDigits(errorRate({ ...checks, rate: 0 }, 0.5), 0.1);
  });
});

describe("intervals", () => {
  it("of 280 and of 20 in 7,000", () => {
    const [high, few] = [clopperPearson(280, 7000), clopperPearson(20, 7000)];
    sameDigits(high.low, 0.03553);
    sameDigits(high.high, 0.04486);
    sameDigits(few.low, 0.001746);
    sameDigits(few.high, 0.004409);
  });

  it("of no hit and of nothing but hits reach the end", () => {
    assert.equal(clopperPearson(0, 10).low, 0);
    sameDigits(clopperPearson(0, 10).high, 1 - 0.025 ** 0.1, 10);
    assert.equal(clopperPearson(10, 10).high, 1);
    sameDigits(clopperPearson(10, 10).low, 0.025 ** 0.1, 10);
  });

  it("74 misses refute 4 % at 5 %, 113 at 1 %", () => {
    assert.ok(0.96 ** 74 < 0.05 && 0.96 ** 73 >= 0.05);
    assert.ok(0.96 ** 113 < 0.01 && 0.96 ** 112 >= 0.01);
  });
});

describe("numbers beneath", () => {
  it("log gamma is the logarithm of factorials", () => {
    sameDigits(logGamma(0.5), Math.log(Math.PI) / 2, 13);
    sameDigits(Math.exp(logGamma(11)), 3_628_800, 12);
    assert.ok(Math.abs(logGamma(1)) < 1e-14 && Math.abs(logGamma(2)) < 1e-14);
  });

  it("binomial tails", () => {
    assert.deepEqual([binomialAtLeast(0, 5, 0.1), binomialAtLeast(6, 5, 0.1)], [1, 0]);
    sameDigits(binomialAtLeast(2, 3, 0.5), 0.5, 12);
    assert.deepEqual([regularisedBeta(-1, 2, 3), regularisedBeta(2, 2, 3)], [0, 1]);
  });

  it("the least integer, its bounds, and none", () => {
    assert.equal(
      leastInteger((n) => n >= 1, 1, 10),
      1,
    );
    assert.equal(
      leastInteger((n) => n >= 10, 1, 10),
      10,
    );
    assert.equal(
      leastInteger((n) => n >= 11, 1, 10),
      null,
    );
  });
});
