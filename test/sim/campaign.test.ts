import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runCampaign } from "../../sim/campaign/campaign.ts";
import type { CampaignResult } from "../../sim/campaign/result.ts";
import { runSeeds } from "../../sim/campaign/workers.ts";
import type { Progress } from "../../sim/run.ts";
import type { Scenario } from "../../sim/scenario.ts";
import { Ran } from "../support/sim/run.ts";
import { DAY, fleet, HOUR, honest, scenario, validator } from "../support/sim/scenario.ts";
import { problemOf } from "../support/thrown.ts";

const slow = {
  service_ms: { low: 9000, high: 11_000 },
  cheat_ms: { low: 9000, high: 11_000 },
  capacity: 1,
  cost_per_job: 1e-5,
};
const small = scenario({
  name: "small",
  title: "A small one",
  duration_ms: 3 * HOUR,
  fleets: [
    fleet("honest", honest, { ...slow, count: 3 }),
    fleet("cheat", { kind: "always" }, { ...slow, count: 2 }),
    fleet("late", { kind: "sleeper", honest_for_ms: DAY }, slow),
  ],
});

interface Held {
  readonly result: CampaignResult;
  readonly progress: readonly Progress[];
}

async function campaign(
  of: Scenario,
  seeds: readonly number[],
  workers: number,
  signal = new AbortController().signal,
): Promise<Held> {
  const progress: Progress[] = [];
  const options = { seeds, workers, signal, progress: (made: Progress) => void progress.push(made) };
  return { result: await runCampaign(of, options), progress };
}

describe("a campaign", async () => {
  const seeds = [5, 3, 9];
  const { result, progress } = await campaign(small, seeds, 2);
  const runs = await Promise.all([3, 5, 9].map((seed) => Ran.of(small, seed)));
  const over = (of: (ran: Ran) => number): number => runs.reduce((sum, ran) => sum + of(ran), 0);

  it("runs every seed, in order of the seeds whichever ends first", () => {
    const { scenario: name, title, complete, confidence, traces, submissions, honest_suspensions } = result;
    assert.deepEqual(
      { name, title, seeds: result.seeds, complete, confidence },
      { name: "small", title: "A small one", seeds, complete: true, confidence: 0.95 },
    );
    assert.deepEqual(
      traces,
      runs.map(({ result: { seed, trace_sha256 } }) => ({ seed, trace_sha256 })),
    );
    assert.equal(
      submissions,
      over((ran) => ran.result.submissions),
    );
    assert.equal(honest_suspensions, 0);
  });

  it("puts every strategy but the honest beside the honest of the same run", () => {
    assert.deepEqual(
      result.strategies.map(({ strategy }) => strategy),
      ["always", "sleeper"],
    );
    const [always] = result.strategies;
    assert.ok(always !== undefined);
    assert.equal(always.runs, 3);
    const near = (value: number | null, wanted: number): void =>
      assert.ok(value !== null && Math.abs(value - wanted) < 1e-9, `${value}, ${wanted}`);
    near(always.mean, over((ran) => ran.strategy("always").vs_honest_per_day ?? 0) / 3);
    near(always.cheats_per_run, over((ran) => ran.strategy("always").cheats) / 3);
    near(always.detections_per_run, over((ran) => ran.strategy("always").detections) / 3);
    near(
      always.mean_cheats_to_first_detection,
      over((ran) => ran.strategy("always").mean_cheats_to_first_detection ?? 0) / 3,
    );
    near(always.honest_profit_per_day, over((ran) => ran.strategy("honest").profit_per_day) / 3);
  });

  it("finds that who never works loses, and has nothing found out of who has not cheated yet", () => {
    const [always, sleeper] = result.strategies;
    assert.equal(always?.verdict, "loses");
    assert.deepEqual([sleeper?.cheats_per_run, sleeper?.mean_cheats_to_first_detection], [0, null]);
  });

  it("tells how far all of its runs are together", () => {
    assert.ok(progress.every(({ duration_ms }) => duration_ms === 3 * small.duration_ms));
    const shares = progress.map(({ simulated_ms }) => simulated_ms);
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => a - b),
    );
    assert.ok((shares.at(-1) ?? 0) > 0.99 * 3 * small.duration_ms);
    const answers = progress.at(-1)?.submissions ?? 0;
    assert.ok(answers > 0.98 * result.submissions && answers <= result.submissions, String(answers));
  });

  it("gives the same with more threads than there are seeds", async () => {
    assert.deepEqual((await campaign(small, seeds, 8)).result, result);
  });
});

describe("a campaign that says nothing", () => {
  const verdictsOf = ({ strategies }: CampaignResult): string[] => strategies.map(({ verdict }) => verdict);

  it("of one seed is undecided", async () => {
    const { result } = await campaign(small, [1], 1);
    assert.deepEqual(verdictsOf(result), ["undecided", "undecided"]);
    assert.deepEqual([result.strategies[0]?.low, result.strategies[0]?.high], [null, null]);
  });

  it("without honest miners has nobody to compare with", async () => {
    const none = { ...small, duration_ms: HOUR, fleets: small.fleets.slice(1) };
    assert.deepEqual((await campaign(none, [1, 2], 2)).result.strategies, []);
  });
});

describe("a cheat that pays", () => {
  it("profits where a suspension is nothing to it", async () => {
    const free = {
      suspension_tempos: 1,
      rate: "1/1000",
      floor: "1/1000",
      classes: { customer: "1", cold_start: "1/1000", struck: "1/1000" },
    };
    const dear = { ...slow, cost_per_job: 2e-3, capacity: 2 };
    const fleets = [
      fleet("honest", honest, { ...dear, count: 3 }),
      fleet("cheat", { kind: "always" }, { ...dear, count: 2 }),
    ];
    const { result } = await campaign(
      { ...small, fleets, validators: [validator({ settings: free })] },
      [1, 2, 3],
      2,
    );
    assert.deepEqual(
      result.strategies.map(({ verdict, mean }) => [verdict, mean > 0]),
      [["profits", true]],
    );
  });
});

describe("a campaign that is interrupted", () => {
  it("keeps the seeds that had ended", async () => {
    const control = new AbortController();
    const done = new Set<number>();
    const result = await runCampaign(small, {
      seeds: [1, 2, 3, 4, 5, 6],
      workers: 1,
      signal: control.signal,
      progress: ({ simulated_ms }) => {
        done.add(Math.floor(simulated_ms / small.duration_ms));
        // In the midst of the third.
        if (simulated_ms > 2.3 * small.duration_ms) control.abort();
      },
    });
    assert.equal(result.complete, false);
    assert.deepEqual(
      result.traces.map(({ seed }) => seed),
      [1, 2],
    );
    assert.deepEqual(
      result.strategies.map(({ runs }) => runs),
      [2, 2],
    );
    assert.equal(result.seeds.length, 6);
  });

  it("before it began has no seed and no strategy", async () => {
    const { result } = await campaign(small, [1, 2], 2, AbortSignal.abort());
    assert.deepEqual(
      [result.complete, result.traces, result.strategies, result.submissions],
      [false, [], [], 0],
    );
  });

  it("tells a run that was cut off as one that is not complete", async () => {
    const control = new AbortController();
    const long = { ...small, duration_ms: 60 * DAY };
    const progress = (): void => control.abort();
    const runs = await runSeeds(long, { seeds: [1, 2, 3], workers: 2, signal: control.signal, progress });
    assert.ok(runs.length >= 1 && runs.length <= 2, String(runs.length));
    assert.ok(runs.every(({ complete }) => !complete));
  });
});

describe("a thread that fails", () => {
  it("ends the campaign with what it said", async () => {
    const wrong = { ...small, validators: [validator({ settings: { rate: "no fraction" } })] };
    const problem = await problemOf(() => campaign(wrong, [1, 2, 3], 2));
    assert.equal(problem.code, "failed");
    assert.match("message" in problem ? problem.message : "", /^simulation: .*no fraction/);
  });
});
