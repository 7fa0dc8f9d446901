import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FleetSpec } from "../../../sim/scenario.ts";
import { builtIn } from "../../support/sim/builtIn.ts";
import { WatchedNetwork } from "../../support/sim/network.ts";
import { asOftenAs } from "../../support/sim/odds.ts";
import { Ran, total } from "../../support/sim/run.ts";
import { HOUR, MINUTE, TEMPO } from "../../support/sim/scenario.ts";

// The built-in scenarios of load and faults, shortened, show what is said of them: before, and after.

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const near = (value: number, wanted: number, part: number): void =>
  assert.ok(Math.abs(value - wanted) <= part * wanted, `${value}, wanted ${wanted}`);

describe("what the host can hold", () => {
  const memory = 1_073_741_824;
  // A hundred answers of ten seconds one after the other, and then eight minutes of growth.
  const cut = { duration_ms: 40 * MINUTE };

  it("no-ceiling: caps grow until the host is down", async () => {
    const { crashes, bytes_max } = (await Ran.of(builtIn("no-ceiling", cut))).validator;
    assert.ok(crashes >= 1 && bytes_max > memory, `${crashes}, ${bytes_max}`);
  });

  it("ceiling: as much in flight as is allowed, never more, and never down", async () => {
    const { crashes, bytes_max, in_flight_max, stops } = (await Ran.of(builtIn("ceiling", cut))).validator;
    assert.deepEqual([crashes, in_flight_max], [0, 700]);
    assert.ok(bytes_max < memory && (stops.ceiling ?? 0) > 0.1, `${bytes_max}, ${stops.ceiling}`);
  });

  it("memory-pressure: short memory makes a ceiling, and the caps stay", async () => {
    const ran = await Ran.of(builtIn("memory-pressure", cut));
    const { crashes, bytes_max, stops } = ran.validator;
    assert.equal(crashes, 0);
    assert.ok(bytes_max < 0.85 * memory && (stops.memory ?? 0) > 0.1, `${bytes_max}, ${stops.memory}`);
    assert.ok(ran.at("cap", "large", 40 * MINUTE) > 27);
  });
});

describe("a verification that is too slow", () => {
  it("slow-verifier: dispatch stops, the rate holds, and no more waits than may", async () => {
    const { validator } = await Ran.of(builtIn("slow-verifier", { duration_ms: 90 * MINUTE }));
    const { stops, sampled, jobs, backlog_max, verification_load, alarm_after_draws } = validator;
    assert.ok((stops.verification ?? 0) > 0.4, String(stops.verification));
    asOftenAs(0.04, sampled, jobs);
    assert.equal(alarm_after_draws, null);
    // Twice two threads at once, four times as much pending.
    assert.ok(backlog_max > 12 && backlog_max <= 16, String(backlog_max));
    assert.ok(verification_load > 0.95, String(verification_load));
  });
});

describe("links that are gone", () => {
  it("outage-ours: an outage of the validator puts nobody out, a real one only those that are gone", async () => {
    const outage = builtIn("outage-ours", { duration_ms: 110 * MINUTE, at: [10 * MINUTE, 30 * MINUTE] });
    const watched = new WatchedNetwork(outage);
    const [first] = watched.network.validators;
    assert.ok(first !== undefined);
    const out = (): string[] =>
      watched.network.miners.filter(({ hotkey }) => first.isSuspended(hotkey)).map(({ fleet }) => fleet.name);
    const linked = (): number => [...first.links.values()].filter(({ open }) => open !== null).length;
    await watched.run(12 * MINUTE);
    assert.equal(linked(), 0);
    await watched.run(16 * MINUTE);
    assert.deepEqual([out(), linked(), first.counts.suspensions], [[], 22, 0]);
    await watched.run(36 * MINUTE);
    assert.ok(out().length > 0 && out().every((name) => name === "careless"), String(out()));
    assert.equal(linked() + out().length, 22);
    // Out for a tempo from then on, and back within a minute of its end.
    await watched.run(29 * MINUTE + TEMPO);
    assert.ok(out().length > 0);
    await watched.run(32 * MINUTE + TEMPO);
    assert.deepEqual([out(), linked()], [[], 22]);
  });

  it("reconnect: short breaks cost nothing, a long one a tempo", async () => {
    const breaks = [20, 22, 24, 26, 28, 30, 32, 34, 36, 38].map((minutes) => minutes * MINUTE);
    const cut = { duration_ms: 100 * MINUTE, at: [...breaks, 45 * MINUTE] };
    const ran = await Ran.of(builtIn("reconnect", cut));
    const answered = (name: string): number => mean(ran.fleet(name).map((miner) => miner.answered));
    for (const { suspended_share } of [...ran.fleet("steady"), ...ran.fleet("blinking")])
      assert.equal(suspended_share, 0);
    near(answered("blinking"), answered("steady"), 0.03);
    const out = ran.fleet("absent").filter(({ suspended_share }) => suspended_share > 0);
    assert.ok(out.length > 0);
    assert.equal(ran.validator.suspensions, out.length);
    assert.equal(ran.validator.honest_suspensions, 0);
    for (const { answered: own } of out) assert.ok(own < 0.9 * answered("steady"));
  });
});

describe("miners that fail", () => {
  it("fast-failer: hardly any job goes to them, and their share once they are mended", async () => {
    const ran = await Ran.of(builtIn("fast-failer", { duration_ms: 50 * MINUTE, at: [25 * MINUTE] }));
    for (const { failed } of ran.fleet("broken")) assert.ok(failed > 10 && failed < 60, String(failed));
    const [early, late] = [
      ran.between("work", "broken", 15 * MINUTE, 25 * MINUTE),
      ran.between("work", "broken", 42 * MINUTE, 50 * MINUTE),
    ];
    assert.ok(early.length > 30 && early.every((work) => work === 0));
    near(mean(late), mean(ran.between("work", "good", 42 * MINUTE, 50 * MINUTE)), 0.1);
    near(mean(ran.between("work", "good", 15 * MINUTE, 25 * MINUTE)), 30, 0.05);
    assert.equal(ran.validator.suspensions, 0);
  });

  it("silent: their jobs go elsewhere, nobody is out, and they come back to their share", async () => {
    const ran = await Ran.of(builtIn("silent", { duration_ms: 60 * MINUTE, at: [20 * MINUTE] }));
    const work = (name: string, from: number, to: number): number =>
      mean(ran.between("work", name, from * MINUTE, to * MINUTE));
    assert.equal(work("silent", 21, 30), 0);
    near(work("steady", 21, 30), 30, 0.05);
    near(work("silent", 15, 20), 30, 0.05);
    near(work("silent", 50, 60), work("steady", 50, 60), 0.07);
    // What it was asked meanwhile: a few jobs.
    const lost = mean(ran.fleet("silent").map(({ jobs, answered }) => jobs - answered));
    assert.ok(lost > 5 && lost < 60, String(lost));
    assert.equal(ran.validator.suspensions, 0);
  });

  it("degrade: the cap of a large miner follows it down and up again", async () => {
    const ran = await Ran.of(
      builtIn("degrade", { duration_ms: 80 * MINUTE, at: [20 * MINUTE, 45 * MINUTE] }),
    );
    const cap = (minute: number): number => ran.at("cap", "large", minute * MINUTE);
    assert.ok(cap(19.5) > 20 && cap(45) <= 2 && cap(79) > 20, `${cap(19.5)}, ${cap(45)}, ${cap(79)}`);
    const steady = (from: number, to: number): number =>
      mean(ran.between("work", "steady", from * MINUTE, to * MINUTE));
    near(steady(25, 45), steady(15, 20), 0.03);
    assert.equal(ran.validator.suspensions, 0);
  });
});

describe("caps", () => {
  it("newcomer: one job at first, then its share, and no weight in its cold start", async () => {
    const joins = 20 * MINUTE;
    const cut = {
      duration_ms: 150 * MINUTE,
      fleet: (fleet: FleetSpec) => (fleet.joins_ms === null ? fleet : { ...fleet, joins_ms: joins }),
    };
    const ran = await Ran.of(builtIn("newcomer", cut));
    assert.deepEqual(
      new Set(ran.between("cap", "newcomer", joins + MINUTE, joins + 3 * MINUTE)),
      new Set([1]),
    );
    assert.ok(ran.at("cap", "newcomer", 80 * MINUTE) >= 16);
    // 16 at once of 2 s, beside 4 of 4 s.
    near(mean(ran.between("work", "newcomer", 80 * MINUTE, 150 * MINUTE)), 480, 0.05);
    near(mean(ran.between("work", "incumbent", 80 * MINUTE, 150 * MINUTE)), 60, 0.05);
    assert.deepEqual([ran.miner("newcomer-1").income, ran.miner("newcomer-1").weight], [0, 0]);
    assert.ok(total(ran.fleet("incumbent"), ({ income }) => income) > 0);
    const { sampled, jobs } = ran.validator;
    assert.ok(sampled / jobs > 0.1, "in a cold start one in five is checked");
  });

  it("restart: what was learned is a hint of 32 at most afterwards", async () => {
    const watched = new WatchedNetwork(builtIn("restart", { duration_ms: 75 * MINUTE, at: [45 * MINUTE] }));
    const names = [1, 2, 3, 4, 5].map((number) => `honest-${number}`);
    await watched.run(44 * MINUTE);
    for (const name of names) assert.ok((watched.cap(name) ?? 0) > 32, `${name}: ${watched.cap(name)}`);
    await watched.run(46 * MINUTE);
    const hints = new Map<string, number>();
    for (const name of names) assert.equal(watched.cap(name), 1, name);
    for (let now = 46 * MINUTE; now < 70 * MINUTE; now += 1000) {
      await watched.run(now);
      for (const name of names) {
        const cap = watched.cap(name) ?? 0;
        if (cap > 1 && !hints.has(name)) hints.set(name, cap);
      }
    }
    assert.deepEqual([...hints.keys()].toSorted(), names);
    // Anew it would be 2; a hint of 32 may have grown by one step meanwhile.
    for (const [name, hint] of hints) assert.ok(hint > 20 && hint <= 36, `${name}: ${hint}`);
    await watched.run();
    for (const name of names) assert.ok((watched.cap(name) ?? 0) > 50, `${name}: ${watched.cap(name)}`);
  });

  it("fair-share: under a ceiling the small ones have all that they can use, the large ones the rest alike", async () => {
    const ran = await Ran.of(builtIn("fair-share", { duration_ms: 45 * MINUTE }));
    const work = (name: string): number => mean(ran.between("work", name, 30 * MINUTE, 45 * MINUTE));
    // Two at once, of 4 s.
    near(work("small"), 30, 0.05);
    assert.ok(work("large") > 90, String(work("large")));
    const large = ran.fleet("large").map(({ answered }) => answered);
    near(Math.min(...large), Math.max(...large), 0.1);
    assert.ok((ran.validator.stops.ceiling ?? 0) > 0.3 && ran.validator.in_flight_max === 60);
  });

  it("spread: a cap finds what a miner can do", async () => {
    const ran = await Ran.of(builtIn("spread", { duration_ms: HOUR }));
    const cap = mean(ran.between("cap", "honest", 40 * MINUTE, HOUR));
    assert.ok(cap >= 40 && cap < 100, String(cap));
    near(mean(ran.between("work", "honest", 40 * MINUTE, HOUR)), 960, 0.05);
  });
});
