import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import { readScenario } from "../../../../sim/read/scenario.ts";
import type { FleetSpec, Scenario } from "../../../../sim/scenario.ts";
import { defaultConfig } from "../../../../src/config/load.ts";
import { problemOf } from "../../../support/thrown.ts";

const one = "fleets: [{ name: a }]";
const read = (yaml: string): Scenario => readScenario(yaml, "folder/mine.yaml");

async function faultsOf(yaml: string): Promise<readonly string[]> {
  const problem = await problemOf(() => read(yaml));
  assert.equal(problem.code, "config_invalid");
  return "faults" in problem ? problem.faults : assert.fail("no faults");
}

/** What of each fault comes before its words: a path, or a line and a column. */
async function pathsOf(yaml: string): Promise<string[]> {
  return (await faultsOf(yaml)).map((fault) => fault.slice(0, fault.indexOf(": ")));
}

function fleetOf(yaml: string): FleetSpec {
  const [fleet] = read(`fleets: [{ name: a, ${yaml} }]`).fleets;
  return fleet ?? assert.fail("no fleet");
}

describe("defaults", () => {
  it("stand behind everything but the fleets", () => {
    const scenario = read(one);
    const { name, title, story, duration_ms, events, validators, fleets } = scenario;
    assert.deepEqual({ name, title, story }, { name: "mine", title: "mine", story: "" });
    assert.deepEqual({ duration_ms, events }, { duration_ms: 86_400_000, events: [] });
    assert.equal(validators.length, 1);
    assert.equal(validators[0]?.name, "main");
    assert.deepEqual(fleets[0]?.strategy, { kind: "honest" });
    assert.equal(fleets[0]?.joins_ms, null);
    const written = `${one}\nnetwork: {}\nlane: {}\nevents: []\nvalidators: [{ name: main, settings: { classes: {} }, legacy: {}, host: {} }]`;
    assert.deepEqual(read(written), scenario);
  });

  it("of network and validators are those of the configuration", () => {
    const { network, validators } = read(one);
    const { chain, challenge, lanes, sample, judge, dispatch, verify } = defaultConfig();
    const { block_ms, tempo, epoch_hours } = network;
    assert.deepEqual({ block_ms, tempo }, { block_ms: chain.block_ms, tempo: chain.tempo });
    assert.equal(epoch_hours, challenge.epoch_hours);
    const { settings, host } = validators[0] ?? assert.fail("no validator");
    const { retention_blocks: _, history: __, outage_miners: ___, ...rules } = judge;
    assert.deepEqual(settings, {
      ...{ rate: lanes.groth16.rate, classes: sample.classes, floor: sample.floor },
      ...rules,
      ...{ ceiling: dispatch.ceiling, bytes_in_flight: dispatch.bytes_in_flight },
      ...{ concurrency: 2 * host.threads, pending_factor: verify.pending_factor },
    });
  });

  it("of the concurrency follow the threads, unless it is given", () => {
    const concurrency = (yaml: string): number | undefined =>
      read(`${one}\nvalidators: [{ name: v, ${yaml} }]`).validators[0]?.settings.concurrency;
    assert.equal(concurrency("host: { threads: 7 }"), 14);
    assert.equal(concurrency("host: { threads: 7 }, settings: { concurrency: 3 }"), 3);
  });
});

describe("what is read", () => {
  it("is frozen through and through", () => {
    const open: unknown[] = [read(`${one}\nevents: [{ at: 1h, do: mute, fleet: a, for: 1s }]`)];
    for (let value = open.pop(); value !== undefined; value = open.pop()) {
      assert.ok(Object.isFrozen(value), JSON.stringify(value));
      open.push(...Object.values(value as object).filter((v) => typeof v === "object" && v !== null));
    }
  });

  it("has lengths of time in ms, however they were written", () => {
    const cases: [string, number][] = [
      ["500ms", 500],
      ["90s", 90_000],
      ["15m", 900_000],
      ["0.5h", 1_800_000],
      ["8.64s", 8640],
      ["1.005s", 1005],
      ["250", 250],
      ["0.25", 0.25],
    ];
    for (const [written, ms] of cases) assert.equal(fleetOf(`delay: ${written}`).delay_ms, ms, written);
    assert.equal(read(`${one}\nduration: 30d`).duration_ms, 30 * 86_400_000);
  });

  it("has laws as they were written, in ms", () => {
    assert.deepEqual(fleetOf("service: { min: 1s, mean: 2500 }").service_ms, { min: 1000, mean: 2500 });
    assert.deepEqual(fleetOf("cheat: { low: 0, high: 1m }").cheat_ms, { low: 0, high: 60_000 });
  });

  it("has strategies as a word or a mapping", () => {
    const cases: [string, FleetSpec["strategy"]][] = [
      ["always", { kind: "always" }],
      ["{ kind: sybil }", { kind: "sybil" }],
      ["{ kind: trickle, cheats: 20, window: 24h }", { kind: "trickle", cheats: 20, window_ms: 86_400_000 }],
      ["{ kind: burst, every: 2h, lasts: 1m }", { kind: "burst", every_ms: 7_200_000, lasts_ms: 60_000 }],
      ["{ kind: sleeper, honest_for: 2s }", { kind: "sleeper", honest_for_ms: 2000 }],
      ["{ kind: abort, over: 9s, how: give_back }", { kind: "abort", over_ms: 9000, how: "give_back" }],
      ["{ kind: lazy, answer: stale }", { kind: "lazy", answer: "stale" }],
      ["{ kind: congestor, factor: 2.5 }", { kind: "congestor", factor: 2.5 }],
    ];
    for (const [written, strategy] of cases)
      assert.deepEqual(fleetOf(`strategy: ${written}`).strategy, strategy, written);
  });

  it("has events in order of time, those of one moment as they stand", () => {
    const { events } = read(`${one}
events:
  - { at: 2h, do: restart, validator: main, down: 30s }
  - { at: 1h, do: set, fleet: a, failing: 0.5 }
  - { at: 1h, do: set, fleet: a, service: 3s, parallel: 2 }
  - { at: 0, do: isolate, validator: main, for: 5m }
  - { at: 3h, do: disconnect, fleet: a, for: 5s }`);
    assert.deepEqual(events, [
      { at_ms: 0, do: "isolate", validator: "main", for_ms: 300_000 },
      { at_ms: 3_600_000, do: "set", fleet: "a", failing: 0.5 },
      { at_ms: 3_600_000, do: "set", fleet: "a", service_ms: 3000, parallel: 2 },
      { at_ms: 7_200_000, do: "restart", validator: "main", down_ms: 30_000 },
      { at_ms: 10_800_000, do: "disconnect", fleet: "a", for_ms: 5000 },
    ]);
  });

  it("keeps fractions as they were written", () => {
    const rate = (text: string): string | undefined =>
      read(`${one}\nvalidators: [{ name: v, settings: { rate: ${text} } }]`).validators[0]?.settings.rate;
    for (const text of ["20/500", "0.04", "1"]) assert.equal(rate(text), text);
    assert.equal(rate('"0.100000000000000001"'), "0.100000000000000001");
  });

  it("follows names for what is repeated", () => {
    const { fleets } = read(
      "fleets: [{ name: a, service: &s { low: 1s, high: 2s } }, { name: b, service: *s }]",
    );
    assert.deepEqual(fleets[1]?.service_ms, { low: 1000, high: 2000 });
  });
});

const fleet = (yaml: string): string => `fleets: [{ name: a, ${yaml} }]`;
const settings = (yaml: string): string => `${one}\nvalidators: [{ name: v, settings: { ${yaml} } }]`;
const event = (yaml: string): string => `${one}\nevents: [{ ${yaml} }]`;

const refused: [string, string[]][] = [
  [`${one}\nvalidators: [{ name: v, processes: 17 }]`, ["validators.0.processes"]],
  [
    `${one}\nvalidators: [{ name: v, processes: 2, legacy: { memory_unbounded: true } }]`,
    ["validators.0.legacy"],
  ],
  [event("at: 1h, do: kill, validator: main, process: 2, down: 1s"), ["events.0.process"]],
  [event("at: 1h, do: restart, validator: main, process: 2, down: 1s"), ["events.0.process"]],
  [event("at: 1h, do: pause, validator: main, for: 1s"), ["events.0.process"]],
  [`${one}\ncustomers: [{ name: c, validator: mian }]`, ["customers.0.validator"]],
  [
    `${one}\ncustomers: [{ name: c }, { name: c, every: 0, deadline: 2d }]`,
    ["customers.1.every", "customers.1.deadline"],
  ],
  ["", ["fleets"]],
  ["fleets: []", ["fleets"]],
  ["fleets: 5", ["fleets"]],
  ["- 1", ["(top level)"]],
  ["just text", ["(top level)"]],
  [`${one}\nduraton: 1d`, ["duraton"]],
  [`${one}\nduration: 1 day`, ["duration"]],
  [`${one}\nduration: true`, ["duration"]],
  [`${one}\ntitle: ""`, ["title"]],
  [`${one}\ntitle: "two\\nlines"`, ["title"]],
  [`${one}\nnetwork: { block: 12s, tempo: 0 }`, ["network.tempo", "network.block"]],
  [`${one}\nlane: { verify: 0, cost: 0 }`, ["lane.verify", "lane.cost"]],
  [
    `${one}\nvalidators: [{ stake: 0 }, { name: v, host: { thraeds: 1 } }]`,
    ["validators.0.name", "validators.0.stake", "validators.1.host.thraeds"],
  ],
  [`${one}\nvalidators: [{ name: v }, { name: v }]`, ["validators.1.name"]],
  [settings("rate: 3/2"), ["validators.0.settings.rate"]],
  [settings("rate: half, strikes: 0"), ["validators.0.settings.rate", "validators.0.settings.strikes"]],
  [settings("rate: 1/101"), ["validators.0.settings.rate"]],
  [settings("classes: { struck: 0 }"), ["validators.0.settings.classes.struck"]],
  [
    `${one}\nvalidators: [{ name: v, legacy: { budget: { checks: 20 } } }]`,
    ["validators.0.legacy.budget.of"],
  ],
  [
    `${one}\nvalidators: [{ name: v, legacy: { budget: { checks: 2, of: 1 } } }]`,
    ["validators.0.legacy.budget.checks"],
  ],
  ["fleets: [{}]", ["fleets.0.name"]],
  ["fleets: [{ name: A }]", ["fleets.0.name"]],
  ["fleets: [{ name: -a }]", ["fleets.0.name"]],
  ["fleets: [{ name: a }, { name: b }, { name: a }]", ["fleets.2.name"]],
  [fleet("count: 0, failing: 1.1"), ["fleets.0.count", "fleets.0.failing"]],
  [fleet("count: 1.5"), ["fleets.0.count"]],
  ["fleets: [{ name: a, count: 600 }, { name: b, count: 401 }]", ["fleets"]],
  [fleet("joins: 1d"), ["fleets.0.joins"]],
  [fleet("service: 0"), ["fleets.0.service"]],
  [fleet("service: soon"), ["fleets.0.service"]],
  [fleet("service: [1]"), ["fleets.0.service"]],
  [fleet("service: .inf"), ["fleets.0.service"]],
  [fleet("delay: -1"), ["fleets.0.delay"]],
  [fleet("service: { min: 2s, mean: 1s }"), ["fleets.0.service.mean"]],
  [fleet("service: { low: 2s, high: 1s }"), ["fleets.0.service.high"]],
  [fleet("service: { min: x, mean: 1s }"), ["fleets.0.service.min"]],
  [fleet("service: { min: 0, mean: 0 }"), ["fleets.0.service.mean"]],
  [fleet("service: { low: 1s, hihg: 2s }"), ["fleets.0.service.high", "fleets.0.service.hihg"]],
  [fleet("strategy: honset"), ["fleets.0.strategy"]],
  [fleet("strategy: trickle"), ["fleets.0.strategy"]],
  [fleet("strategy: 5"), ["fleets.0.strategy"]],
  [fleet("strategy: { kind: honset }"), ["fleets.0.strategy.kind"]],
  [fleet("strategy: { kind: honest, cheats: 1 }"), ["fleets.0.strategy.cheats"]],
  [
    fleet("strategy: { kind: trickle, cheets: 1, window: 0 }"),
    ["fleets.0.strategy.cheats", "fleets.0.strategy.window", "fleets.0.strategy.cheets"],
  ],
  [fleet("strategy: { kind: burst, every: 1h, lasts: 2h }"), ["fleets.0.strategy.lasts"]],
  [fleet("strategy: { kind: abort, over: 1s, how: loud }"), ["fleets.0.strategy.how"]],
  [event("at: 1h, do: mut, fleet: a"), ["events.0.do"]],
  [event("at: 1h, do: mute"), ["events.0.for", "events.0.fleet"]],
  [event("at: 1h, do: mute, fleet: a, for: 1s, while: 2"), ["events.0.while"]],
  [event("at: 1h, do: set, fleet: a"), ["events.0"]],
  [event("at: 1h, do: mute, fleet: b, for: 1s"), ["events.0.fleet"]],
  [event("at: 1h, do: restart, validator: a, down: 1s"), ["events.0.validator"]],
  [event("at: 1d, do: mute, fleet: a, for: 1s"), ["events.0.at"]],
  ["fleets: [1", ["line 1, column 11"]],
  [`${one}\nlane:\n\tcost: 1`, ["line 3, column 1"]],
  [`${one}\nlane: { cost: 1, cost: 2 }`, ["line 2, column 18"]],
  [`${one}\n---\n${one}`, ["line 2, column 1"]],
  [`${one}\nlane: { cost: !big 2 }`, ["line 2, column 15"]],
  [settings("rate: 0.0400000000000000001"), ["line 2, column 43"]],
  ["fleets: *nothing", ["(top level)"]],
];

describe("faults", () => {
  for (const [yaml, paths] of refused)
    it(`of ${JSON.stringify(yaml)}`, async () => {
      assert.deepEqual(await pathsOf(yaml), paths);
    });

  it("of unknown keys name the nearest known one, in what was most likely meant", async () => {
    const nearest: [string, string][] = [
      [`${one}\nduraton: 1d`, "duration"],
      [settings("striks: 1"), "strikes"],
      [settings("classes: { cold_srat: 1 }"), "cold_start"],
      [fleet("servce: 1s"), "service"],
      [fleet("service: { min: 1s, mean: 2s, meen: 3s }"), "mean"],
      [fleet("strategy: { kind: trickle, cheats: 1, window: 1h, cheets: 1 }"), "cheats"],
      [event("at: 1h, do: restart, validator: main, down: 1s, dowwn: 1s"), "down"],
      [event("at: 1h, do: mute, fleet: b, for: 1s"), "a"],
    ];
    for (const [yaml, near] of nearest) {
      const faults = await faultsOf(yaml);
      assert.equal(faults.length, 1, yaml);
      assert.ok(faults[0]?.endsWith(`did you mean "${near}"?`), faults[0]);
    }
  });

  it("all stand in one report", async () => {
    const yaml =
      "fleets: [{ name: a, cuont: 1 }, { name: B, parallel: 0 }]\nlane: { kinds: 0 }\nnetwrok: {}\nduration: 0";
    const paths = [
      "duration",
      "fleets.0.cuont",
      "fleets.1.name",
      "fleets.1.parallel",
      "lane.kinds",
      "netwrok",
    ];
    assert.deepEqual((await pathsOf(yaml)).toSorted(), paths);
  });
});

test("every bound holds at its edge and one past it", async () => {
  const many = (count: number, row: (i: number) => string): string =>
    `[${Array.from({ length: count }, (_, i) => row(i)).join(", ")}]`;
  const edges: [string, (value: number) => string, number, number][] = [
    ["duration", (v) => `${one}\nduration: ${v}`, 1000, 366 * 86_400_000],
    ["fleets.0.count", (v) => fleet(`count: ${v}`), 1, 1000],
    ["fleets.0.parallel", (v) => fleet(`parallel: ${v}`), 1, 8192],
    ["fleets.0.capacity", (v) => fleet(`capacity: ${v}`), 1, 65_536],
    ["fleets.0.failing", (v) => fleet(`failing: ${v}`), 0, 1],
    ["fleets.0.delay", (v) => fleet(`delay: ${v}`), 0, 3_600_000],
    ["fleets.0.service", (v) => fleet(`service: ${v}`), 1, 3_600_000],
    ["validators.0.settings.strikes", (v) => settings(`strikes: ${v}`), 1, 1000],
    ["validators", (v) => `${one}\nvalidators: ${many(v, (i) => `{ name: v${i} }`)}`, 1, 20],
    [
      "events",
      (v) => `${one}\nevents: ${many(v, () => "{ at: 0, do: set, fleet: a, failing: 0 }")}`,
      0,
      1000,
    ],
  ];
  for (const [path, yaml, least, most] of edges) {
    for (const value of [least, most]) read(yaml(value));
    for (const value of path === "events" ? [most + 1] : [least - 1, most + 1])
      assert.deepEqual(await pathsOf(yaml(value)), [path], `${path} ${value}`);
  }
  read("fleets: [{ name: a, count: 600 }, { name: b, count: 400 }]");
  read(fleet("joins: 86399999"));
  read(settings("rate: 1/100"));
});
