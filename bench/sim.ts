import { availableParallelism } from "node:os";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { runSeeds } from "../sim/campaign/workers.ts";
import { readScenario } from "../sim/read/scenario.ts";
import { type Progress, runScenario } from "../sim/run.ts";
import type { Scenario } from "../sim/scenario.ts";
import { sha256 } from "../src/core/hash.ts";
import { encodeHotkey } from "../src/core/ss58.ts";
import { decide, sampleKey } from "../src/sample/draw.ts";
import { ratesOf } from "../src/sample/policy.ts";
import { type BenchOptions, type BenchReport, machine, median, round } from "./report.ts";
import { sink } from "./timed.ts";

/** Answers between two looks at the clock, and looks while everything is still warming up. */
const STRIDE = 100_000;
const WARM_UP = 2;

/** A busy network: some 2,900 answers per simulated second, honest miners and a few that cheat now and then. */
function scenarioOf(seconds: number): Scenario {
  const work = `parallel: 2, capacity: 64, service: { low: 80ms, high: 120ms }, delay: { low: 20ms, high: 60ms }, cost_per_job: 1e-6`;
  const text = `
title: A busy network
duration: ${seconds}s
validators: [{ name: main, host: { threads: 16 }, settings: { concurrency: 64 } }]
lane: { verify: 4ms }
fleets:
  - { name: honest, count: 200, ${work} }
  - { name: trickle, count: 4, strategy: { kind: trickle, cheats: 200, window: 24h }, ${work} }
`;
  return readScenario(text, "bench.yaml");
}

interface Look {
  readonly submissions: number;
  readonly atMs: number;
  readonly cpuMs: number;
}

function look({ submissions }: Progress): Look {
  const { user, system } = process.cpuUsage();
  return { submissions, atMs: performance.now(), cpuMs: (user + system) / 1000 };
}

/** Answers per second between samples that are at least a stride apart. */
function ratesBetween(looks: readonly Look[], of: (look: Look) => number): number[] {
  const rates: number[] = [];
  let [from] = looks;
  for (const next of looks) {
    if (from === undefined || next.submissions - from.submissions < STRIDE) continue;
    rates.push(((next.submissions - from.submissions) * 1000) / (of(next) - of(from)));
    from = next;
  }
  return rates.slice(WARM_UP);
}

/** Draws alone, of jobs never drawn before: what every submission costs at least. */
function drawsPerSecond(): number {
  const key = sampleKey(sha256("assay-bench-secret"), 1);
  const policy = { customer: "1", cold_start: "1/5", struck: "1/2" };
  const rates = ratesOf({ lanes: { work: "20/500" }, classes: policy, floor: "1/100" });
  const hotkey = encodeHotkey(sha256("bench"));
  const measured: number[] = [];
  for (let turn = 0; turn < 12; turn++) {
    const from = performance.now();
    for (let i = 0; i < STRIDE; i++) {
      const workId = `jb_${String(turn * STRIDE + i).padStart(32, "0")}`;
      sink.value = decide(key, rates, { epoch: 1, lane: "work", hotkey, workId, classes: [] });
    }
    measured.push((STRIDE * 1000) / (performance.now() - from));
  }
  return median(measured.slice(WARM_UP));
}

function collector(): () => number {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  return () => {
    gc();
    return process.memoryUsage().heapUsed;
  };
}

/** What is alive a third of the way through, and at the end. */
async function memory(): Promise<{ first: number; last: number }> {
  const heapUsed = collector();
  const alive: number[] = [];
  const duration = 600;
  await runScenario(scenarioOf(duration), {
    seed: 2,
    progress: ({ simulated_ms }) => {
      if (simulated_ms > (duration * 1000 * (alive.length + 1)) / 3 - 3000 && alive.length < 3)
        alive.push(heapUsed());
    },
  });
  return { first: alive[0] ?? Number.NaN, last: alive[2] ?? Number.NaN };
}

/** Four runs in the given number of processes, seconds. */
async function fourRuns(workers: number): Promise<number> {
  const from = performance.now();
  const options = {
    seeds: [1, 2, 3, 4],
    workers,
    signal: new AbortController().signal,
    progress: () => undefined,
  };
  const runs = await runSeeds(scenarioOf(200), options);
  if (!runs.every(({ complete }) => complete)) throw new Error("a run was not completed");
  return (performance.now() - from) / 1000;
}

/** How fast a network is simulated on the production stages, in how much memory, and on how many cores. */
export async function run({ progress }: BenchOptions): Promise<BenchReport> {
  progress("one run on one core");
  const looks: Look[] = [];
  const result = await runScenario(scenarioOf(600), { seed: 1, progress: (made) => looks.push(look(made)) });
  const perSecond = median(ratesBetween(looks, ({ atMs }) => atMs));
  const perCpuSecond = median(ratesBetween(looks, ({ cpuMs }) => cpuMs));
  const draws = drawsPerSecond();
  progress("memory");
  const { first, last } = await memory();
  progress("four runs, one after the other and in parallel");
  const alone = await fourRuns(1);
  const parallel = await fourRuns(availableParallelism());
  return {
    bench: "sim",
    figures: {
      submissions_per_s: Math.round(perSecond),
      submissions_per_cpu_s: Math.round(perCpuSecond),
      draws_per_s: Math.round(draws),
      submissions: result.submissions,
      heap_first_third_mb: round(first / 1e6, 1),
      heap_end_mb: round(last / 1e6, 1),
      four_runs_one_process_s: round(alone, 1),
      four_runs_in_parallel_s: round(parallel, 1),
    },
    ratios: {
      submissions_over_draws_alone: round(perSecond / draws),
      heap_end_over_first_third: round(last / first),
      in_parallel_over_one_process: round(alone / parallel),
    },
    machine: machine(),
  };
}
