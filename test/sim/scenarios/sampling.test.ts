import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { builtIn } from "../../support/sim/builtIn.ts";
import { asOftenAs, cutOffRange, notMoreThan } from "../../support/sim/odds.ts";
import { Ran, total } from "../../support/sim/run.ts";
import { DAY, HOUR, TEMPO } from "../../support/sim/scenario.ts";

// The built-in scenarios of sampling and suspension, shortened, show what is said of them: before, and after.

const RATE = 0.04;
const few = { honest: 4 };

describe("a budget of checks", () => {
  it("budget-500: near 4 % at the volume that it was made for, and who cheats late is found out", async () => {
    const tempos = 4;
    const ran = await Ran.of(builtIn("budget-500", { duration_ms: tempos * TEMPO }));
    const { sampled, realised_rate, alarm_after_draws } = ran.validator;
    // Ten honest miners all the time, the two others in the first tempo only.
    const jobs = Math.round(total(ran.fleet("honest"), (miner) => miner.jobs) / (10 * tempos));
    assert.ok(Math.abs(jobs - 500) < 10, String(jobs));
    const of = { trials: jobs, rate: RATE, most: 20 };
    const [least, most] = [cutOffRange(of, 10 * tempos), cutOffRange(of, 10 * tempos + 2)];
    assert.ok(sampled >= least.low && sampled <= most.high, `${sampled} not in ${least.low}..${most.high}`);
    assert.ok(realised_rate > 0.034 && realised_rate < 0.04, String(realised_rate));
    assert.equal(alarm_after_draws, null);
    assert.equal(ran.strategy("burst").detections, 2);
  });

  it("budget-7000: 0.29 % at fourteen times the volume; who cheats late is never found out; the alarm is raised", async () => {
    const ran = await Ran.of(builtIn("budget-7000", { duration_ms: 2 * TEMPO, counts: few }));
    const { sampled, realised_rate, alarm_after_draws, design_rate, strikes } = ran.validator;
    assert.equal(sampled, 20 * 6 * 2, "every check of the budget of every miner in both tempos, and no more");
    assert.ok(Math.abs(realised_rate - 0.0029) < 0.0002, String(realised_rate));
    assert.equal(design_rate, RATE);
    assert.ok(alarm_after_draws !== null && alarm_after_draws < 10_000, String(alarm_after_draws));
    const { cheats, detections, vs_honest_per_day } = ran.strategy("burst");
    assert.ok(cheats > 10_000, String(cheats));
    assert.deepEqual([detections, strikes], [0, 0]);
    assert.ok((vs_honest_per_day ?? 0) > 0, "it pays");
  });

  it("rate-7000: 4 % at the same volume; who cheats late is found out at once; no alarm", async () => {
    const ran = await Ran.of(builtIn("rate-7000", { duration_ms: 2 * TEMPO, counts: few }));
    const { sampled, jobs, realised_rate, alarm_after_draws } = ran.validator;
    asOftenAs(RATE, sampled, jobs);
    assert.ok(Math.abs(realised_rate - RATE) < 0.003, String(realised_rate));
    assert.equal(alarm_after_draws, null);
    for (const { cheats_to_first_detection, suspensions } of ran.fleet("late")) {
      assert.equal(suspensions, 1);
      notMoreThan(1 - RATE, (cheats_to_first_detection ?? Number.NaN) - 1, cheats_to_first_detection ?? 0);
    }
    assert.ok((ran.strategy("burst").vs_honest_per_day ?? 0) < 0);
  });
});

describe("the same five cheats a day", () => {
  const cut = { duration_ms: 4 * DAY, counts: { honest: 3, trickle: 5 } };

  it("three-strikes: strikes that lapse suspend nobody, and it ends ahead", async () => {
    const ran = await Ran.of(builtIn("three-strikes", cut));
    const { cheats, detections, suspended_share, vs_honest_per_day } = ran.strategy("trickle");
    assert.equal(cheats, 5 * 5 * 4);
    asOftenAs(RATE, detections, cheats);
    assert.deepEqual([ran.validator.suspensions, suspended_share], [0, 0]);
    assert.ok(detections > 0 && (vs_honest_per_day ?? 0) > 0, `${detections}, ${vs_honest_per_day}`);
  });

  it("one-strike: the defaults suspend it, and it loses", async () => {
    const ran = await Ran.of(builtIn("one-strike", cut));
    const { detections, suspended_share, vs_honest_per_day } = ran.strategy("trickle");
    assert.ok(detections > 0 && suspended_share > 0, `${detections}, ${suspended_share}`);
    assert.equal(ran.validator.suspensions, detections);
    assert.equal(ran.validator.honest_suspensions, 0);
    assert.ok((vs_honest_per_day ?? 0) < 0, String(vs_honest_per_day));
  });
});

describe("the length of a suspension", async () => {
  const cut = { duration_ms: 2 * DAY, counts: { honest: 4, burst: 3, trickle: 0 } };
  const [five, twenty] = [
    await Ran.of(builtIn("suspension-5", cut)),
    await Ran.of(builtIn("suspension-20", cut)),
  ];

  it("suspension-5: a quarter of a day out for a burst at the end of each", () => {
    for (const { suspensions, suspended_share } of five.fleet("burst")) {
      assert.equal(suspensions, 2, "once a day");
      // Five of the 40 payouts; the second suspension has only just begun.
      assert.ok(suspended_share >= 5 / 40 && suspended_share <= 7 / 40, String(suspended_share));
    }
  });

  it("suspension-20: nearly all of the next day", () => {
    for (const { suspensions, suspended_share } of twenty.fleet("burst")) {
      assert.equal(suspensions, 2, "it is back just in time to be found out again");
      assert.ok(suspended_share >= 19 / 40, String(suspended_share));
    }
  });

  it("makes the difference: it loses three times as much", () => {
    const [short, long] = [five, twenty].map((ran) => ran.strategy("burst").vs_honest_per_day ?? 0);
    assert.ok(
      short !== undefined && long !== undefined && short < 0 && long < 2 * short,
      `${short}, ${long}`,
    );
    for (const ran of [five, twenty]) assert.equal(ran.validator.honest_suspensions, 0);
  });
});

describe("several validators", async () => {
  const counts = { honest: 3, "one-each": 1, "five-each": 2, "twenty-five-each": 8 };
  const ran = await Ran.of(
    builtIn("several-validators", {
      duration_ms: 10 * TEMPO,
      counts,
      fleet: (fleet) =>
        fleet.strategy.kind === "trickle"
          ? { ...fleet, strategy: { ...fleet.strategy, window_ms: 12 * HOUR } }
          : fleet,
    }),
  );
  const { validators, miners } = ran.result;
  /** Who has whom out; nobody comes back within these tempos. */
  const suspended = ran.events("suspended") as { at_ms: number; validator: string; miner: string }[];
  const stakeAgainst = (miner: string, before: number): number => {
    const by = suspended
      .filter((one) => one.miner === miner && one.at_ms < before)
      .map(({ validator }) => validator);
    return validators.reduce((sum, { name, stake }) => sum + (by.includes(name) ? stake : 0), 0);
  };

  it("draw on their own: what one finds out another does not", () => {
    const held = validators.map(({ name }) =>
      suspended
        .filter(({ validator }) => validator === name)
        .map(({ miner }) => miner)
        .toSorted()
        .join(" "),
    );
    assert.ok(held.every((names) => names !== ""));
    assert.ok(new Set(held).size >= 3, String(held));
    for (const { strikes, honest_suspensions } of validators)
      assert.ok(strikes > 0 && honest_suspensions === 0);
  });

  it("pay nothing where more than half of the stake has it out, and less than others get where less has", () => {
    const { shares = [] } = (ran.events("paid").at(-1) ?? {}) as { shares?: number[] };
    const paid = miners.map(({ name, strategy }, uid) => ({
      ...{ name, strategy, share: shares[uid] ?? Number.NaN },
      against: stakeAgainst(name, 10 * TEMPO),
      // Vectors follow a suspension within a tempo.
      isSettled: stakeAgainst(name, 10 * TEMPO) === stakeAgainst(name, 9 * TEMPO),
    }));
    const settled = paid.filter(({ isSettled }) => isSettled);
    const fair = Math.min(
      ...settled.filter(({ strategy }) => strategy === "honest").map(({ share }) => share),
    );
    const [most, some] = [
      settled.filter(({ against }) => against > 0.5),
      settled.filter(({ against }) => against > 0 && against < 0.5),
    ];
    assert.ok(most.length > 2 && fair > 0, `${most.length}, ${fair}`);
    for (const { share, name } of most) assert.equal(share, 0, name);
    for (const { share, name } of some) assert.ok(share > 0 && share < fair, `${name}: ${share} of ${fair}`);
  });
});

describe("strategies", () => {
  it("none earns more than an honest miner, and every one that cheats at much is found out", async () => {
    const ran = await Ran.of(
      builtIn("strategies", {
        duration_ms: 30 * HOUR,
        counts: few,
        fleet: (fleet) =>
          fleet.strategy.kind === "sleeper"
            ? { ...fleet, strategy: { ...fleet.strategy, honest_for_ms: 10 * HOUR } }
            : fleet,
      }),
    );
    assert.equal(ran.validator.honest_suspensions, 0);
    asOftenAs(RATE, Math.round(ran.validator.realised_rate * 1e5), 1e5);
    const fair = ran.strategy("honest").profit_per_day;
    const often = ["always", "burst", "sleeper", "copy", "sybil", "lazy"] as const;
    for (const kind of often) assert.ok(ran.strategy(kind).detections > 0, kind);
    for (const { strategy, vs_honest_per_day } of ran.result.strategies) {
      // Some 25 cheats in all may not be found out yet.
      if (strategy === "honest" || strategy === "trickle") continue;
      const most = strategy === "congestor" ? 0.02 * fair : 0;
      assert.ok((vs_honest_per_day ?? 1) < most, `${strategy}: ${vs_honest_per_day}`);
    }
  });
});
