import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { binomialAtLeast } from "../../../src/economics/beta.ts";
import { leastInteger } from "../../../src/economics/bisect.ts";
import { concentration, renormalised } from "../../../src/economics/concentration.ts";
import { cheatsDetected, detectionProbability } from "../../../src/economics/detection.ts";
import {
  breakEvenGain,
  breakEvenRate,
  deterrence,
  type Setting,
  type Temptation,
} from "../../../src/economics/deterrence.ts";
import { clopperPearson } from "../../../src/economics/intervals.ts";
import { type PlanInputs, type PlannedSetting, plan } from "../../../src/economics/plan.ts";
import { improvementLines } from "../../../src/economics/planner/words.ts";
import { recommend } from "../../../src/economics/recommend.ts";
import { errorBound, errorRate, worstErrorRate } from "../../../src/economics/sarmenta.ts";
import { seededUnit } from "../../../src/economics/seededUnit.ts";
import { unsuspendedInWindow } from "../../../src/economics/strikes.ts";
import { anyDetects, enumeratedLoss, linearLoss, sampledLoss } from "../../../src/economics/validators.ts";

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const rate = between(1e-4, 0.999);
const close = (a: number, b: number, relative = 1e-9): void =>
  assert.ok(Math.abs(a - b) <= relative * Math.max(Math.abs(a), Math.abs(b)) + 1e-15, `${a} is not ${b}`);

const setting: fc.Arbitrary<Setting> = fc.record({
  rate,
  strikes: fc.integer({ min: 1, max: 9 }),
  suspensionDays: between(0.01, 100),
});
const miner: fc.Arbitrary<Temptation> = fc.record({
  share: between(0.001, 1),
  incomePerDay: between(1e-3, 100),
  margin: between(0.01, 1),
  gain: between(1e-6, 1),
  keepsGain: fc.boolean(),
  discountPerDay: fc.oneof(fc.constant(1), between(0.5, 1)),
  identityCost: fc.option(between(0, 10)),
  warmUpDays: between(0.01, 1),
});
const stakes = fc
  .array(between(0.01, 1), { minLength: 1, maxLength: 10 })
  .map((weights) => weights.map((weight) => weight / weights.reduce((sum, other) => sum + other, 0)));
const detectors = stakes.chain((shares) =>
  fc
    .array(between(0, 1), { minLength: shares.length, maxLength: shares.length })
    .map((chances) => shares.map((share, i) => ({ share, detects: chances[i] ?? 0 }))),
);

describe("detection", () => {
  it("the whole number of cheats is the least that is enough", () => {
    fc.assert(
      fc.property(rate, between(0.01, 0.999), (p, q) => {
        const cheats = cheatsDetected(p, q);
        assert.ok(detectionProbability(p, cheats) >= q - 1e-9);
        assert.ok(cheats === 1 || detectionProbability(p, cheats - 1) < q + 1e-9);
      }),
    );
  });

  it("is the chance of one strike at least, and of a window with none", () => {
    fc.assert(
      fc.property(rate, fc.integer({ min: 1, max: 5000 }), (p, cheats) => {
        close(detectionProbability(p, cheats), binomialAtLeast(1, cheats, p), 1e-9);
        close(unsuspendedInWindow(cheats, 1), Math.exp(-cheats), 1e-9);
      }),
    );
  });
});

describe("binomial tails", () => {
  /** P(at least `hits`), summed term by term. */
  function added(hits: number, trials: number, p: number): number {
    let [term, below] = [(1 - p) ** trials, 0];
    for (let k = 0; k < hits; k++) {
      below += term;
      term *= ((trials - k) / (k + 1)) * (p / (1 - p));
    }
    return 1 - below;
  }

  it("are the sums that they stand for; an exact interval leaves 2.5 % on either side", () => {
    const of = fc
      .integer({ min: 1, max: 60 })
      .chain((trials) => fc.tuple(fc.constant(trials), fc.integer({ min: 0, max: trials })));
    fc.assert(
      fc.property(of, between(0.01, 0.9), ([trials, hits], p) => {
        assert.ok(Math.abs(binomialAtLeast(hits, trials, p) - added(hits, trials, p)) < 1e-9);
        const { low, high } = clopperPearson(hits, trials);
        assert.ok(low <= hits / trials && hits / trials <= high);
        if (hits > 0 && low < 0.9) assert.ok(Math.abs(added(hits, trials, low) - 0.025) < 1e-7);
        if (hits < trials && high < 0.9) assert.ok(Math.abs(added(hits + 1, trials, high) - 0.975) < 1e-7);
      }),
    );
  });

  it("the least integer is the one that counting finds", () => {
    fc.assert(
      fc.property(fc.integer({ min: -5, max: 300 }), fc.integer({ min: 1, max: 200 }), (from, most) => {
        const found = leastInteger((n) => n >= from, 1, most);
        const wanted = Math.max(1, from);
        assert.equal(found, wanted <= most ? wanted : null);
      }),
    );
  });
});

describe("several validators", () => {
  it("the enumeration agrees with every subset taken by its bits, and with random", () => {
    fc.assert(
      fc.property(detectors, fc.nat(), (all, seed) => {
        let [expected, cliff] = [0, 0];
        for (let bits = 0; bits < 2 ** all.length; bits++) {
          const inside = all.map((_, i) => ((bits >> i) & 1) === 1);
          const chance = all.reduce((p, { detects }, i) => p * (inside[i] ? detects : 1 - detects), 1);
          const stake = all.reduce((sum, { share }, i) => sum + (inside[i] ? share : 0), 0);
          expected += chance * (stake > 0.5 + 1e-12 ? 1 : stake);
          if (stake > 0.5 + 1e-12) cliff += chance;
        }
        const exact = enumeratedLoss(all);
        close(exact.expected, expected);
        close(exact.cliff, cliff);
        const seen = sampledLoss(all, 2000, seededUnit(seed));
        assert.ok(Math.abs(seen.expected - expected) <= 6 * seen.standardError + 0.01);
      }),
      { numRuns: 50 },
    );
  });

  it("the cliff only adds to the loss; no loss without a detection", () => {
    fc.assert(
      fc.property(detectors, (all) => {
        const { expected } = enumeratedLoss(all);
        assert.ok(expected >= linearLoss(all) - 1e-12);
        assert.ok(expected <= anyDetects(all) + 1e-12);
      }),
    );
  });

  it("concentration lies between equal and single, and renormalising undoes a scale", () => {
    fc.assert(
      fc.property(stakes, between(0.1, 1), (shares, scale) => {
        const { hhi, effective } = concentration(shares);
        assert.ok(hhi >= 1 / shares.length - 1e-12 && hhi <= 1 + 1e-12);
        close(renormalised(shares.map((share) => scale * share)).effective, effective);
      }),
    );
  });
});

describe("deterrence", () => {
  it("is 1 at the break-even gain and at the break-even rate", () => {
    fc.assert(
      fc.property(setting, miner, (set, who) => {
        close(deterrence(set, { ...who, gain: breakEvenGain(set, who) }), 1);
        const even = breakEvenRate(set, who);
        // 1 - rate keeps no digits where the rate is 1 but for the last of them.
        if (even < 0.999) close(deterrence({ ...set, rate: even }, who), 1, 1e-6);
      }),
    );
  });

  it("a recommendation is enough, and one step less is not", () => {
    fc.assert(
      fc.property(setting, miner, between(0.5, 20), (set, who, factor) => {
        const { rate: enough, suspension_tempos: tempos } = recommend(set, [who], factor, 0.05);
        const enoughAt = (change: Partial<Setting>): boolean =>
          deterrence({ ...set, ...change }, who) >= factor * (1 - 1e-9);
        if (enough === null) assert.ok(!enoughAt({ rate: 1 - 1e-4 }));
        else {
          assert.ok(enoughAt({ rate: enough }));
          assert.ok(!enoughAt({ rate: enough * (1 - 2e-3) }));
        }
        assert.ok(tempos === null || enoughAt({ suspensionDays: tempos * 0.05 }));
        if (tempos !== null && tempos > 1)
          assert.ok(deterrence({ ...set, suspensionDays: (tempos - 1) * 0.05 }, who) < factor);
      }),
    );
  });
});

describe("spot checks", () => {
  it("no sabotage beats the worst, and the worst stays below the bound", () => {
    const checks = fc.record({
      rate: between(0.001, 0.5),
      jobs: fc.integer({ min: 1, max: 2000 }),
      saboteurs: between(0.01, 0.9),
    });
    fc.assert(
      fc.property(checks, between(0, 1), (of, sabotage) => {
        const { error } = worstErrorRate(of);
        assert.ok(errorRate(of, sabotage) <= error * (1 + 1e-9) + 1e-15);
        assert.ok(error < errorBound(of));
      }),
    );
  });
});

describe("a plan", () => {
  const planned = fc.record({
    rate,
    strikes: fc.integer({ min: 1, max: 5 }),
    windowBlocks: fc.integer({ min: 1, max: 10_000 }),
    suspensionTempos: fc.integer({ min: 1, max: 1000 }),
  });
  const inputs = fc.record({
    setting: planned,
    before: fc.option(planned),
    shares: stakes,
    ours: fc.constant(0),
    othersRate: rate,
    incomePerDay: between(1e-6, 1e6),
    gain: between(1e-9, 1e6),
    keepsGain: fc.boolean(),
    margin: between(0.01, 1),
    margins: fc.constant([1, 0.1]),
    jobsPerTempo: fc.integer({ min: 1, max: 1_000_000 }),
    tempoBlocks: fc.integer({ min: 1, max: 10_000 }),
    blockSeconds: between(0.1, 60),
    discountPerDay: between(0.5, 1),
    identityCost: fc.option(between(0, 10)),
    warmUpBlocks: fc.nat(10_000),
    cheats: fc.integer({ min: 1, max: 10_000 }),
    factor: between(0.1, 100),
  });

  it("has no factor, and says so, where a cheat cost nothing before", () => {
    const [free, dear] = [1, 20].map((suspensionTempos) => ({
      ...{ rate: 0.0001, strikes: 1, windowBlocks: 1, suspensionTempos },
    })) as [PlannedSetting, PlannedSetting];
    const of: PlanInputs = {
      ...{ setting: free, before: free, shares: [1], ours: 0, othersRate: 0.0001, incomePerDay: 1e-6 },
      ...{ gain: 1e-9, keepsGain: false, margin: 0.01, margins: [1, 0.1], jobsPerTempo: 1, tempoBlocks: 1 },
      ...{ blockSeconds: 0.1, discountPerDay: 0.5, identityCost: 0, warmUpBlocks: 0, cheats: 1, factor: 0.1 },
    };
    for (const setting of [free, dear]) {
      const document = plan({ ...of, setting });
      assert.deepEqual(JSON.parse(JSON.stringify(document)), document);
      assert.deepEqual([document.improvement, document.improvement_by?.total], [null, null]);
      assert.match(improvementLines(document).join(), /cost nothing before/);
    }
  });

  it("holds numbers that JSON has, whatever the inputs, and the same ones again", () => {
    fc.assert(
      fc.property(inputs, (of) => {
        const document = plan(of);
        assert.deepEqual(JSON.parse(JSON.stringify(document)), document);
        assert.deepEqual(plan(of), document);
      }),
      { numRuns: 15 },
    );
  });
});
