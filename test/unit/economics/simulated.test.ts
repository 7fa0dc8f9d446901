import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { detectionProbability } from "../../../src/economics/detection.ts";
import { clopperPearson } from "../../../src/economics/intervals.ts";
import { errorRate, worstErrorRate } from "../../../src/economics/sarmenta.ts";
import { seededUnit } from "../../../src/economics/seededUnit.ts";
import { simulateTrickle } from "../../../src/economics/slidingWindow.ts";
import { cheatsToStrikes, unsuspendedInWindow } from "../../../src/economics/strikes.ts";
import { anyDetects, enumeratedLoss, sampledLoss } from "../../../src/economics/validators.ts";
import { count, countedAs, measuredAs } from "../../support/figures.ts";

// Every probability once more, by chance alone: draws are drawn, strikes counted, stakes added. Seeds are fixed.

const low = 20 / 7000;

/** Cheats until the given number are drawn. */
function cheatsUntil(strikes: number, rate: number, unit: () => number): number {
  let [cheats, drawn] = [0, 0];
  while (drawn < strikes) {
    cheats += 1;
    if (unit() < rate) drawn += 1;
  }
  return cheats;
}

describe("draws", () => {
  const unit = seededUnit(1);
  for (const [rate, cheats] of [
    [0.04, 17],
    [0.04, 57],
    [0.04, 74],
    [0.04, 113],
    [low, 805],
    [low, 1610],
  ] as const)
    it(`${cheats} cheats at ${rate}`, () => {
      const hits = count(10_000, () => cheatsUntil(1, rate, unit) <= cheats);
      countedAs(detectionProbability(rate, cheats), hits, 10_000);
    });

  it("cheats to one and to three strikes", () => {
    const runs = (strikes: number, rate: number): number[] =>
      Array.from({ length: 5000 }, () => cheatsUntil(strikes, rate, unit));
    measuredAs(25, runs(1, 0.04));
    measuredAs(350, runs(1, low));
    const three = runs(3, 0.04);
    measuredAs(75, three);
    const most = cheatsToStrikes(0.04, 3, 0.95) ?? assert.fail();
    assert.ok(clopperPearson(three.filter((cheats) => cheats <= most).length, 5000, 0.999).high >= 0.95);
    assert.ok(clopperPearson(three.filter((cheats) => cheats < most).length, 5000, 0.999).low < 0.95);
  });

  it("without a hit: less than 5 % in 74, less than 1 % in 113", () => {
    for (const draws of [74, 113]) {
      const none = count(10_000, () => cheatsUntil(1, 0.04, unit) > draws);
      countedAs(0.96 ** draws, none, 10_000);
    }
  });
});

describe("strikes in a window", () => {
  const unit = seededUnit(2);
  for (const [strikes, cheats] of [
    [2, 8.884],
    [3, 20.44],
    [5, 49.25],
  ] as const)
    it(`fixed: ${strikes} strikes, ${cheats} cheats in it`, () => {
      const fewer = count(20_000, () => {
        const gap = (): number => -Math.log1p(-unit());
        let seen = 0;
        for (let time = gap(); time < 0.04 * cheats; time += gap()) seen += 1;
        return seen < strikes;
      });
      countedAs(unsuspendedInWindow(0.04 * cheats, strikes), fewer, 20_000);
    });

  const sliding = (cheatsPerWindow: number, strikes: number) =>
    simulateTrickle({ rate: 0.04, strikes, cheatsPerWindow }, { runs: 4000, mostDetections: 1e7, unit });

  // From the renewal equation of the last gap, solved on a grid of 4,000 steps.
  for (const [cheatsPerWindow, windows, cheats] of [
    [20.4, 10.1021, 206.083],
    [10, 52.7374, 527.374],
    [5, 326.208, 1631.04],
  ] as const)
    it(`sliding: three strikes, ${cheatsPerWindow} cheats a window: ${windows} windows`, () => {
      const seen = sliding(cheatsPerWindow, 3);
      assert.equal(seen.suspensions, 4000);
      assert.ok(Math.abs(seen.windows - windows) < 3.3 * seen.standardError, JSON.stringify(seen));
      assert.ok(Math.abs(seen.cheats - cheats) < 3.3 * seen.standardError * cheatsPerWindow);
      assert.ok(seen.standardError < 0.03 * windows);
    });

  it("sliding: two strikes as in closed form, one strike after 25 cheats at any pace", () => {
    for (const pace of [1, 10, 1000]) {
      const one = sliding(pace, 1);
      assert.ok(Math.abs(one.cheats - 25) < 3.3 * one.standardError * pace);
    }
    const two = sliding(10, 2);
    const cheats = 25 * (1 + 1 / -Math.expm1(-0.4));
    assert.ok(Math.abs(two.cheats - cheats) < 3.3 * two.standardError * 10);
  });

  it("ends within its bound when a suspension is out of reach", () => {
    const hopeless = { rate: 0.01, strikes: 10, cheatsPerWindow: 1 };
    const seen = simulateTrickle(hopeless, { runs: 5, mostDetections: 10_000, unit });
    assert.deepEqual([seen.suspensions, seen.windows], [0, Number.POSITIVE_INFINITY]);
  });
});

describe("several validators", () => {
  const unit = seededUnit(3);
  for (const cheats of [1, 5, 25, 57])
    it(`${cheats} cheats at each of five`, () => {
      const detects = detectionProbability(0.04, cheats);
      const five = [0.444, 0.357, 0.0709, 0.0624, 0.0449].map((share) => ({ share, detects }));
      const [exact, seen] = [enumeratedLoss(five), sampledLoss(five, 50_000, unit)];
      assert.ok(Math.abs(exact.expected - seen.expected) < 3.3 * seen.standardError);
      assert.ok(seen.standardError > 0 && exact.standardError === 0);
      countedAs(exact.cliff, Math.round(seen.cliff * 50_000), 50_000);
      const any = count(20_000, () => five.map(() => unit() < detects).includes(true));
      countedAs(anyDetects(five), any, 20_000);
    });
});

describe("spot checks with blacklisting", () => {
  const checks = { rate: 0.04, jobs: 1000, saboteurs: 0.2 };
  const { sabotage } = worstErrorRate(checks);

  /** What a saboteur that stays leaves behind: checks are no results. */
  function saboteur(unit: () => number): { wrong: number; results: number } {
    let [wrong, results] = [0, 0];
    for (let piece = 0; piece < checks.jobs; piece++) {
      const [checked, spoiled] = [unit() < checks.rate, unit() < sabotage];
      if (checked && spoiled) return { wrong: 0, results: 0 };
      if (checked) continue;
      results += 1;
      if (spoiled) wrong += 1;
    }
    return { wrong, results };
  }

  it("the share of wrong results at the worst sabotage", () => {
    const unit = seededUnit(4);
    const error = errorRate(checks, sabotage);
    const honest = 4 * checks.jobs * (1 - checks.rate);
    // Four honest workers to a saboteur; where the share is right, wrong results less their due come to 0.
    const excess = Array.from({ length: 4000 }, () => {
      const { wrong, results } = saboteur(unit);
      return wrong - error * (results + honest);
    });
    measuredAs(0, excess);
  });
});

describe("intervals and tests", () => {
  it("hold the true rate as often as they say", () => {
    const unit = seededUnit(5);
    const held = count(2000, () => {
      const hits = count(500, () => unit() < 0.04);
      const { low: least, high: most } = clopperPearson(hits, 500);
      return least <= 0.04 && 0.04 <= most;
    });
    assert.ok(clopperPearson(held, 2000, 0.999).high >= 0.95, `${held} of 2000`);
  });

  it("seeds repeat themselves, and differ from each other", () => {
    const first = (seed: number): number[] => Array.from({ length: 4 }, seededUnit(seed));
    assert.deepEqual(first(1), first(1));
    assert.notDeepEqual(first(1), first(2));
    const unit = seededUnit(8);
    measuredAs(0.5, Array.from({ length: 100_000 }, unit));
  });
});
