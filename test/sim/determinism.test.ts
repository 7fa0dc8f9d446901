import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { after, describe, it } from "node:test";
import { runSeeds } from "../../sim/campaign/workers.ts";
import { simulate } from "../../sim/main.ts";
import type { SimResult } from "../../sim/result.ts";
import { type RunOptions, runScenario } from "../../sim/run.ts";
import type { Strategy } from "../../sim/scenario.ts";
import { Ran } from "../support/sim/run.ts";
import { events, fleet, HOUR, honest, MINUTE, scenario, validator } from "../support/sim/scenario.ts";
import { removeDir, temporaryDir } from "../support/validator/validator.ts";

// The same scenario and seed give the same run, whatever else is different: the process, its environment, its compiler, the
// thread, who listens, and where it is written to.

const strategies: readonly Strategy[] = [
  { kind: "trickle", cheats: 10, window_ms: HOUR },
  { kind: "copy" },
  { kind: "sybil" },
  { kind: "predictor" },
  { kind: "abort", over_ms: 9000, how: "silent" },
];
const busy = scenario({
  name: "busy",
  duration_ms: 2.2 * HOUR,
  network: { tempo: 60 },
  lane: { kinds: 3 },
  validators: ["first", "second"].map((name, i) => validator({ name, stake: 2 - i, commit_ms: 3 + i })),
  fleets: [
    fleet("honest", honest, { count: 2, service_ms: { min: 8000, mean: 12_000 }, capacity: 3, parallel: 2 }),
    ...strategies.map((strategy) =>
      fleet(strategy.kind, strategy, { service_ms: { low: 8000, high: 10_000 }, capacity: 1 }),
    ),
    fleet("late", honest, { joins_ms: HOUR, failing: 0.1, service_ms: { low: 8000, high: 10_000 } }),
  ],
  events: events(
    { at_ms: 70 * MINUTE, do: "mute", fleet: "honest", for_ms: MINUTE },
    { at_ms: 80 * MINUTE, do: "restart", validator: "first", down_ms: MINUTE },
    { at_ms: 90 * MINUTE, do: "isolate", validator: "second", for_ms: MINUTE },
    { at_ms: 95 * MINUTE, do: "set", fleet: "honest", parallel: 4 },
  ),
});
const run = (seed: number, options: Partial<RunOptions> = {}): Promise<SimResult> =>
  runScenario(busy, { seed, ...options });
const asJson = (result: SimResult): string => JSON.stringify(result);

const first = await run(1);

describe("the same scenario and seed", () => {
  it("did something worth comparing", () => {
    const [validator] = first.validators;
    assert.ok(first.submissions > 4000 && (validator?.strikes ?? 0) > 5, asJson(first).slice(0, 500));
    assert.match(first.trace_sha256, /^[0-9a-f]{64}$/);
  });

  it("give the same again in the same process, also while another run goes on", async () => {
    const [again, other] = await Promise.all([run(1), run(2)]);
    assert.equal(asJson(again), asJson(first));
    assert.notEqual(other.trace_sha256, first.trace_sha256);
  });

  it("give the same while somebody listens to it", async () => {
    let heard = 0;
    let lines = 0;
    const listened = await run(1, {
      progress: () => heard++,
      sink: { write: () => void lines++ },
      withLogs: true,
      signal: new AbortController().signal,
    });
    assert.equal(asJson(listened), asJson(first));
    assert.ok(heard > 200 && lines > 300, `${heard}, ${lines}`);
  });

  it("give the same in threads", async () => {
    const { signal } = new AbortController();
    const runs = await runSeeds(busy, { seeds: [1, 2, 1], workers: 2, signal, progress: () => undefined });
    const own = runs.filter(({ seed }) => seed === 1);
    const { complete, trace_sha256, submissions, strategies, validators } = first;
    const expected = { seed: 1, complete, trace_sha256, submissions, strategies, validators };
    assert.deepEqual(own, [expected, expected]);
  });
});

const child = resolve(import.meta.dirname, "../support/sim/child.ts");

async function inProcess(flags: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<SimResult> {
  const options = { cwd: tmpdir(), env: { ...process.env, ...env } };
  const process_ = spawn(process.execPath, [...flags, child, "1"], options);
  process_.stdin.end(JSON.stringify(busy));
  const [out, err] = await Promise.all([text(process_.stdout), text(process_.stderr)]);
  assert.notEqual(out, "", err);
  return JSON.parse(out) as SimResult;
}

describe("another process", () => {
  const far = { TZ: "Pacific/Chatham", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" };
  for (const [flags, env] of [
    [[], far],
    [["--max-lazy", "--always-sparkplug"], {}],
    [["--no-opt"], { TZ: "America/St_Johns" }],
  ] as const)
    it(`gives the same with ${[...flags, ...Object.values(env)].join(" ")}`, async () => {
      assert.equal(asJson(await inProcess(flags, env)), asJson(first));
    });
});

describe("another seed", () => {
  it("gives another run, each seed its own", async () => {
    const hashes = new Set([first.trace_sha256]);
    for (const seed of [0, 2]) hashes.add((await Ran.of(busy, seed)).result.trace_sha256);
    assert.equal(hashes.size, 3);
  });
});

describe("another scenario", () => {
  it("gives another run, however little it differs", async () => {
    const later = { ...busy, events: busy.events.map((event) => ({ ...event, at_ms: event.at_ms + 1 })) };
    const { result } = await Ran.of(later);
    assert.notEqual(result.trace_sha256, first.trace_sha256);
  });
});

describe("a folder for the results", () => {
  const dir = temporaryDir();
  after(() => removeDir(dir));
  const file = join(dir, "small.yaml");
  writeFileSync(
    file,
    `duration: 1h
network: { tempo: 60 }
fleets:
  - { name: honest, count: 2, service: { low: 3s, high: 5s } }
  - { name: cheat, strategy: always, cheat: 2s }
`,
  );
  const order = { scenario: file, overrides: {}, seed: 3, miners: false };
  const hooks = { signal: new AbortController().signal, progress: () => undefined };

  it("changes nothing, and neither does how much of the trace goes into it", async () => {
    const { document, text: bare } = await simulate(
      { ...order, out: null, force: false, trace: "events" },
      hooks,
    );
    for (const trace of ["events", "all"] as const) {
      const out = join(dir, trace);
      const simulated = await simulate({ ...order, out, force: false, trace }, hooks);
      assert.deepEqual(simulated, { document, text: bare });
      assert.deepEqual(readdirSync(out).toSorted(), ["report.html", "result.json", "trace.ndjson"]);
      assert.deepEqual(JSON.parse(readFileSync(join(out, "result.json"), "utf8")), document);
    }
    const [few, all] = ["events", "all"].map((trace) =>
      readFileSync(join(dir, trace, "trace.ndjson"), "utf8"),
    );
    assert.ok(few !== undefined && all !== undefined && all.length > 2 * few.length);
    const kept = all.split("\n").filter((line) => !line.startsWith('{"validator":'));
    assert.equal(kept.join("\n"), few);
    assert.ok(few.includes('"event":"suspended"') && few.includes('"event":"ended"'));
  });
});
