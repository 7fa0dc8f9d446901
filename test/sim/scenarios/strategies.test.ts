import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FleetSpec, Strategy, StrategyKind } from "../../../sim/scenario.ts";
import { WatchedNetwork } from "../../support/sim/network.ts";
import { asOftenAs, firstHitsAfter, notLessThan } from "../../support/sim/odds.ts";
import { Ran, total } from "../../support/sim/run.ts";
import {
  fleet,
  HOUR,
  honest,
  MINUTE,
  neverOut,
  type ScenarioChange,
  scenario,
  validator,
} from "../../support/sim/scenario.ts";

// Every strategy in small networks, beside honest miners and on the production stages.

const RATE = 0.04;
const COST = 1e-5;
/** 4 s a job: some 860 an hour. Who does not work has one job at a time like the others. */
const pace: Partial<FleetSpec> = {
  service_ms: { low: 3800, high: 4200 },
  cheat_ms: { low: 3800, high: 4200 },
  cost_per_job: COST,
  capacity: 1,
};
const one = (name: string, strategy: Strategy, change: Partial<FleetSpec> = {}): FleetSpec =>
  fleet(name, strategy, { ...pace, ...change });
const network = { emission_per_day: 10, registration: 0.25 };

function run(change: ScenarioChange, seed = 1): Promise<Ran> {
  return Ran.of(scenario({ network, ...change }), seed);
}

function assertHonestAreLeft(ran: Ran): void {
  assert.equal(ran.validator.honest_suspensions, 0);
  assert.ok(ran.fleet("honest").length > 0);
  for (const { cheats, detections, suspensions, suspended_share } of ran.fleet("honest"))
    assert.deepEqual([cheats, detections, suspensions, suspended_share], [0, 0, 0, 0]);
}

const lostAgainstHonest = (ran: Ran, kind: StrategyKind): number =>
  -(ran.strategy(kind).vs_honest_per_day ?? 0);

describe("where nobody is ever put out, every cheat has the same chance to be found out", async () => {
  const settings = neverOut();
  const ran = await run({
    duration_ms: 6 * HOUR,
    validators: [validator({ settings })],
    fleets: [
      one("honest", honest, { count: 2 }),
      one("trickle", { kind: "trickle", cheats: 100, window_ms: 2 * HOUR }, { count: 4 }),
      one("burst", { kind: "burst", every_ms: 2 * HOUR, lasts_ms: 30 * MINUTE }),
      one("copy", { kind: "copy" }),
      one("empty", { kind: "lazy", answer: "empty" }),
      one("stale", { kind: "lazy", answer: "stale" }),
      one("predictor", { kind: "predictor" }, { count: 3 }),
    ],
  });
  const foundAtTheRate = (name: string): void => {
    const miners = ran.fleet(name);
    asOftenAs(
      RATE,
      total(miners, ({ detections }) => detections),
      total(miners, ({ cheats }) => cheats),
    );
  };

  it("trickle: as many cheats as it says", () => {
    assert.deepEqual(
      ran.fleet("trickle").map(({ cheats }) => cheats),
      [300, 300, 300, 300],
    );
    foundAtTheRate("trickle");
  });

  it("burst: all jobs of its time and no other", () => {
    const { cheats, answered, detections } = ran.miner("burst-1");
    // A quarter of the answers, but for those at the edges, and the one that is withdrawn at each detection.
    assert.ok(Math.abs(cheats - answered / 4) <= 8 + detections, `${cheats} of ${answered}`);
    foundAtTheRate("burst");
  });

  for (const [name, worked] of [
    ["copy", 0],
    ["empty", 0],
    ["stale", 1],
  ] as const)
    it(`${name}: what it hands in is no answer, and costs it ${worked} jobs`, () => {
      const { cheats, answered, cost, detections } = ran.miner(`${name}-1`);
      assert.ok(cheats > 4500, String(cheats));
      assert.equal(cost, worked * COST);
      // What it had in hand when a cheat of it was found was withdrawn, and counts as no answer.
      const withdrawn = cheats + worked - answered;
      assert.ok(withdrawn >= 0 && withdrawn <= detections, `${withdrawn} withdrawn of ${detections}`);
      foundAtTheRate(name);
    });

  it("predictor: it finds no job that is not drawn", () => {
    const { cheats, detections } = ran.strategy("predictor");
    assert.ok(cheats > 100, String(cheats));
    notLessThan(RATE, detections, cheats);
  });

  it("honest: no strike; all are drawn at the rate", () => {
    assertHonestAreLeft(ran);
    assert.equal(
      ran.validator.strikes,
      total(ran.result.miners, ({ detections }) => detections),
    );
    assert.equal(ran.validator.suspensions, 0);
    asOftenAs(RATE, ran.validator.sampled, ran.validator.jobs);
  });
});

describe("under the defaults every way to cheat loses", async () => {
  const ran = await run({
    duration_ms: 9 * HOUR,
    fleets: [
      one("honest", honest, { count: 3, capacity: 2 }),
      one("always", { kind: "always" }, { count: 2 }),
      one("trickle", { kind: "trickle", cheats: 20, window_ms: HOUR }, { count: 3 }),
      one("sleeper", { kind: "sleeper", honest_for_ms: 3 * HOUR }, { count: 3 }),
      one("sybil", { kind: "sybil" }, { count: 2 }),
      one("predictor", { kind: "predictor" }, { count: 3 }),
      one("congestor", { kind: "congestor", factor: 50 }, { count: 3, capacity: 2 }),
    ],
  });

  for (const kind of ["always", "trickle", "sleeper", "sybil", "predictor"] as const)
    it(`${kind}: found out, out, and behind the honest`, () => {
      const { detections, suspended_share } = ran.strategy(kind);
      assert.ok(detections > 0 && suspended_share > 0.1, `${detections}, ${suspended_share}`);
      assert.ok(lostAgainstHonest(ran, kind) > 0.1, String(lostAgainstHonest(ran, kind)));
    });

  it("always: out for good after what was found out, without income or another name", () => {
    for (const { detections, suspensions, registrations, income, cost } of ran.fleet("always"))
      assert.deepEqual([detections, suspensions, registrations, income, cost], [1, 1, 0, 0, 0]);
  });

  it("sleeper: honest until its time", () => {
    // Three hours of work, 860 answers an hour, less its first moments.
    for (const { answered, cheats, detections } of ran.fleet("sleeper")) {
      assert.equal(detections, 1);
      assert.ok(Math.abs(answered - cheats - 2640) < 100, `${answered} - ${cheats}`);
    }
  });

  it("sybil: a price for every name after the first, and no income", () => {
    for (const { registrations, cost, income, suspensions } of ran.fleet("sybil")) {
      // One at the end of each of seven tempos, unless it was still in.
      assert.ok(registrations >= 4 && registrations <= 7, String(registrations));
      assert.ok(suspensions >= registrations);
      assert.deepEqual([cost, income], [registrations * network.registration, 0]);
    }
  });

  it("congestor: what it can do, and no more", () => {
    const fair = ran.strategy("honest").income_per_day;
    assert.equal(ran.strategy("congestor").detections, 0);
    assert.ok(Math.abs(lostAgainstHonest(ran, "congestor")) < 0.01 * fair, `beside ${fair}`);
  });

  it("honest: never struck and never out", () => {
    assertHonestAreLeft(ran);
  });
});

it("who never works is found out after one cheat in 1 / rate, and never cheats again", async () => {
  const fleets = [one("honest", honest), one("always", { kind: "always" }, { count: 150 })];
  let [cheats, found] = [0, 0];
  for (const seed of [1, 2, 3]) {
    const ran = await run({ duration_ms: HOUR, fleets }, seed);
    for (const miner of ran.fleet("always")) {
      assert.deepEqual([miner.detections, miner.suspensions], [1, 1], miner.name);
      assert.equal(miner.cheats, miner.cheats_to_first_detection);
      cheats += miner.cheats;
      found++;
    }
    assertHonestAreLeft(ran);
  }
  firstHitsAfter(RATE, found, cheats);
});

it("for a week after a strike every second cheat is found out", async () => {
  const validators = [validator({ settings: { suspension_tempos: 1 } })];
  const fleets = [one("honest", honest), one("always", { kind: "always" }, { count: 40 })];
  const ran = await run({ duration_ms: 8 * HOUR, fleets, validators });
  const again = total(ran.fleet("always"), ({ detections }) => detections - 1);
  const cheats = total(ran.fleet("always"), (miner) => miner.cheats - (miner.cheats_to_first_detection ?? 0));
  assert.ok(again > 80, String(again));
  asOftenAs(0.5, again, cheats);
});

it("who leaves long jobs alone is not out, but earns less than who does all of them", async () => {
  // A tenth of the jobs takes more than 7.9 s.
  const spread = { service_ms: { min: 1000, mean: 4000 } };
  const abort = (how: "silent" | "give_back"): Strategy => ({ kind: "abort", over_ms: 7900, how });
  const fleets = [
    one("honest", honest, { ...spread, count: 2 }),
    one("silent", abort("silent"), spread),
    one("back", abort("give_back"), spread),
  ];
  const ran = await run({ duration_ms: 8 * HOUR, fleets });
  const fair = total(ran.fleet("honest"), ({ income }) => income) / 2;
  for (const name of ["silent-1", "back-1"]) {
    const { cheats, suspensions, jobs, answered, income, vs_honest_per_day } = ran.miner(name);
    assert.deepEqual([cheats, suspensions], [0, 0]);
    assert.ok(jobs - answered > 0.05 * jobs, `${answered} of ${jobs}`);
    assert.ok(income < 0.95 * fair && (vs_honest_per_day ?? 0) < 0, `${name}: ${income} of ${fair}`);
  }
  assert.ok(ran.miner("back-1").failed > 50 && ran.miner("silent-1").failed === 0);
  assertHonestAreLeft(ran);
});

it("of honest miners alone each has its share of all that is paid", async () => {
  const ran = await run({ duration_ms: 6 * HOUR, fleets: [one("honest", honest, { count: 3 })] });
  const paid = total(ran.fleet("honest"), ({ income }) => income);
  // Four of five payouts: the first comes before there is a vector.
  assert.ok(Math.abs(paid - (network.emission_per_day * 4 * 72 * MINUTE) / (24 * HOUR)) < 1e-9, String(paid));
  for (const { share_of_work, income } of ran.fleet("honest")) {
    assert.ok(Math.abs(share_of_work - 1 / 3) < 0.01, String(share_of_work));
    assert.ok(Math.abs(income / paid - 1 / 3) < 0.01, String(income));
  }
  assertHonestAreLeft(ran);
});

it("a new hotkey is drawn at the rate of a cold start, and earns nothing before it is over", async () => {
  const fleets = [
    one("honest", honest, { count: 2 }),
    one("late", honest, { count: 2, joins_ms: 30 * MINUTE }),
  ];
  const validators = [validator({ settings: { cold_start_blocks: 600 } })];
  const watched = new WatchedNetwork(scenario({ network, fleets, validators, duration_ms: 6 * HOUR }));
  await watched.run(2.4 * HOUR);
  const [late, old] = [watched.miner("late-1").counts, watched.miner("honest-1").counts];
  assert.deepEqual([late.income, old.income > 0], [0, true]);
  const { jobs, plain, sampled, plainSampled } = watched.network.validators[0]?.counts ?? assert.fail();
  assert.ok(jobs - plain > 2500, `${jobs} - ${plain}`);
  asOftenAs(0.2, sampled - plainSampled, jobs - plain);
  asOftenAs(RATE, plainSampled, plain);
  await watched.run();
  assert.ok(late.income > 0);
});
