import { SeededRandom } from "./engine/seededRandom.ts";
import { type LineSink, Trace } from "./engine/trace.ts";
import { SimWorld } from "./engine/world.ts";
import { Network } from "./network/network.ts";
import { minersOf, strategiesOf, validatorsOf } from "./network/outcome.ts";
import { POINTS, Recorder } from "./network/recorder.ts";
import type { SimResult } from "./result.ts";
import type { Scenario } from "./scenario.ts";

export interface Progress {
  readonly simulated_ms: number;
  readonly duration_ms: number;
  readonly submissions: number;
}

export interface RunOptions {
  readonly seed: number;
  /** Ends the run early, with a valid result for the time so far. */
  readonly signal?: AbortSignal;
  /** Called some hundreds of times. */
  readonly progress?: (progress: Progress) => void;
  /** Where the lines of the trace go; they are hashed in any case. */
  readonly sink?: LineSink;
  /** Whether to write the lines of the decision logs too. */
  readonly withLogs?: boolean;
}

/** Runs a scenario: the same scenario and seed give the same result, to the last digit of the trace's hash. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<SimResult> {
  const { seed, signal, progress } = options;
  const world = new SimWorld();
  const trace = new Trace(options.sink ?? null, options.withLogs ?? false);
  const network = new Network(scenario, world, { random: new SeededRandom(seed), trace });
  const recorder = new Recorder(network);
  const stepMs = Math.ceil(scenario.duration_ms / POINTS);
  world.line.every(stepMs, () => {
    recorder.take(world.line.now);
    progress?.({
      simulated_ms: world.line.now,
      duration_ms: scenario.duration_ms,
      submissions: answers(network),
    });
    return true;
  });
  network.begin();
  await world.run(scenario.duration_ms, () => signal?.aborted !== true);
  const now = world.line.now;
  const miners = minersOf(network, now);
  const strategies = strategiesOf(network, miners, now);
  trace.event(now, "ended", { strategies });
  return {
    ...{ scenario: scenario.name, title: scenario.title, story: scenario.story, seed },
    complete: now >= scenario.duration_ms,
    ...{ simulated_ms: now, duration_ms: scenario.duration_ms },
    submissions: answers(network),
    events: world.line.happened,
    trace_sha256: trace.digest(),
    ...{ strategies, miners, validators: validatorsOf(network) },
    customers: network.customers.map((customer) => customer.result()),
    series: recorder.series(),
  };
}

/** All submitted answers, whether accepted or not. */
function answers({ miners }: Network): number {
  return miners.reduce((sum, { counts }) => sum + counts.answered, 0);
}
