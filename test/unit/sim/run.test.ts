import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { SimResult } from "../../../sim/result.ts";
import { type Progress, runScenario } from "../../../sim/run.ts";
import type { Scenario } from "../../../sim/scenario.ts";
import { fleet, HOUR, honest, MINUTE, scenario } from "../../support/sim/scenario.ts";

const pace = { service_ms: { low: 9000, high: 11_000 }, cheat_ms: 9000, capacity: 1 };
const fleets = [fleet("honest", honest, { ...pace, count: 2 }), fleet("cheat", { kind: "always" }, pace)];
const small = scenario({ duration_ms: 2 * HOUR, fleets, network: { tempo: 50, emission_per_day: 24 } });
const run = (change: Partial<Scenario> = {}): Promise<SimResult> =>
  runScenario({ ...small, ...change }, { seed: 1 });
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe("the series", () => {
  for (const duration_ms of [1000, 1001, 10_007, 57_000, HOUR, HOUR + 1])
    it(`have 240 points at most, at even distances, in ${duration_ms} ms`, async () => {
      const { series } = await run({ duration_ms });
      const { t, profit, work, cap, rate, in_flight } = series;
      assert.ok(t.length > 180 && t.length <= 240, String(t.length));
      const [first = 0] = t;
      assert.deepEqual(
        t,
        t.map((_, i) => (i + 1) * first),
      );
      assert.ok((t.at(-1) ?? 0) <= duration_ms && duration_ms - (t.at(-1) ?? 0) < first);
      for (const columns of [profit, work, cap, rate, in_flight])
        for (const values of Object.values(columns)) assert.equal(values.length, t.length);
    });

  it("end where the result does", async () => {
    const { series, strategies } = await run({ duration_ms: 240 * MINUTE });
    for (const { strategy, income_per_day, cost_per_day } of strategies) {
      const profit = ((income_per_day - cost_per_day) * 240 * MINUTE) / (24 * HOUR);
      assert.ok(Math.abs((series.profit[strategy]?.at(-1) ?? Number.NaN) - profit) < 1e-4, strategy);
    }
    assert.equal(series.suspended.always?.at(-1), 1);
  });
});

describe("a result", async () => {
  const result = await run();
  const { miners, strategies, validators } = result;

  it("has every miner once, and its strategy", () => {
    assert.deepEqual(
      miners.map(({ name, fleet: of, strategy }) => [name, of, strategy]),
      [
        ["honest-1", "honest", "honest"],
        ["honest-2", "honest", "honest"],
        ["cheat-1", "cheat", "always"],
      ],
    );
    assert.deepEqual(
      strategies.map(({ strategy, miners: count }) => [strategy, count]),
      [
        ["honest", 2],
        ["always", 1],
      ],
    );
  });

  it("adds up", () => {
    assert.equal(result.submissions, sum(miners.map(({ answered }) => answered)));
    assert.ok(Math.abs(sum(miners.map(({ weight }) => weight)) - 1) < 1e-9);
    assert.ok(Math.abs(sum(miners.map(({ share_of_work }) => share_of_work)) - 1) < 1e-9);
    for (const { income, cost, profit } of miners) assert.equal(profit, income - cost);
    const [own] = validators;
    assert.equal(own?.strikes, sum(miners.map(({ detections }) => detections)));
    assert.equal(own?.suspensions, sum(miners.map(({ suspensions }) => suspensions)));
    assert.equal(sum(miners.map(({ jobs }) => jobs)), own?.jobs);
    // Twelve tempos of ten minutes, of which two end before there is a vector.
    assert.ok(Math.abs(sum(miners.map(({ income }) => income)) - 10 / 6) < 1e-9);
  });

  it("compares with the honest of the same run, who come to nothing on average", () => {
    const honestOnes = miners.filter(({ strategy }) => strategy === "honest");
    assert.ok(Math.abs(sum(honestOnes.map(({ vs_honest_per_day }) => vs_honest_per_day ?? 1))) < 1e-9);
    assert.ok((miners[2]?.vs_honest_per_day ?? 0) < 0);
  });

  it("has no such comparison without honest miners", async () => {
    const { miners: alone, strategies: all } = await run({ duration_ms: HOUR, fleets: fleets.slice(1) });
    assert.deepEqual([alone[0]?.vs_honest_per_day, all[0]?.vs_honest_per_day], [null, null]);
  });
});

describe("progress", () => {
  it("is heard at every point, and never runs back", async () => {
    const heard: Progress[] = [];
    const { submissions, series } = await runScenario(small, {
      seed: 1,
      progress: (made) => void heard.push(made),
    });
    assert.deepEqual(
      heard.map(({ simulated_ms }) => simulated_ms),
      series.t,
    );
    const answers = heard.map((made) => made.submissions);
    assert.deepEqual(
      answers,
      answers.toSorted((a, b) => a - b),
    );
    assert.ok((answers.at(-1) ?? 0) <= submissions);
    assert.deepEqual(new Set(heard.map(({ duration_ms }) => duration_ms)), new Set([small.duration_ms]));
  });
});

describe("a run that is interrupted", () => {
  it("is a result of as much time as there was", async () => {
    const control = new AbortController();
    const lines: string[] = [];
    const cut = await runScenario(small, {
      seed: 1,
      signal: control.signal,
      sink: { write: (line) => void lines.push(line) },
      progress: ({ simulated_ms }) => {
        if (simulated_ms >= HOUR) control.abort();
      },
    });
    const [whole, half] = [await run(), await run({ duration_ms: HOUR })];
    assert.deepEqual([cut.complete, cut.duration_ms], [false, small.duration_ms]);
    assert.ok(cut.simulated_ms >= HOUR && cut.simulated_ms < HOUR + MINUTE, String(cut.simulated_ms));
    assert.ok(Math.abs(cut.submissions - half.submissions) <= 3);
    assert.ok(whole.complete && whole.simulated_ms === small.duration_ms);
    assert.notEqual(cut.trace_sha256, whole.trace_sha256);
    assert.equal((JSON.parse(lines.at(-1) ?? "{}") as { event?: string }).event, "ended");
  });

  it("before its first moment has done nothing", async () => {
    const { complete, simulated_ms, submissions, events } = await runScenario(small, {
      seed: 1,
      signal: AbortSignal.abort(),
    });
    assert.deepEqual(
      { complete, simulated_ms, submissions, events },
      { complete: false, simulated_ms: 0, submissions: 0, events: 0 },
    );
  });
});

describe("a validator that cannot start", () => {
  it("ends the run with its error", async () => {
    const validators = small.validators.map((spec) => ({
      ...spec,
      settings: { ...spec.settings, rate: "much" },
    }));
    await assert.rejects(run({ validators }), /much/);
  });
});
