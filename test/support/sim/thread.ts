import { parentPort } from "node:worker_threads";
import { runScenario } from "../../../sim/run.ts";
import type { Scenario } from "../../../sim/scenario.ts";

// A thread that runs scenarios. Promises cost twice as much in the thread of a test runner, which follows each of them.

export interface ThreadOrder {
  readonly scenario: Scenario;
  readonly seed: number;
}

/** Lines of the trace, without those of the logs. */
parentPort?.on("message", async ({ scenario, seed }: ThreadOrder) => {
  const lines: string[] = [];
  const sink = { write: (line: string): void => void lines.push(line) };
  const result = await runScenario(scenario, { seed, sink });
  parentPort?.postMessage({ result, lines });
});
