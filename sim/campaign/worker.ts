import { causeText } from "../../src/core/problems/assayError.ts";
import { runScenario } from "../run.ts";
import type { Scenario } from "../scenario.ts";
import type { WorkerOrder, WorkerReport } from "./workers.ts";

let running: AbortController | null = null;
let scenario: Scenario | null = null;

function say(report: WorkerReport): void {
  process.send?.(report);
}

async function run(of: Scenario, seed: number): Promise<void> {
  running = new AbortController();
  try {
    const result = await runScenario(of, {
      seed,
      signal: running.signal,
      progress: (progress) => say({ kind: "progress", seed, progress }),
    });
    const { complete, trace_sha256, submissions, strategies, validators } = result;
    say({ kind: "done", run: { seed, complete, trace_sha256, submissions, strategies, validators } });
  } catch (error) {
    say({ kind: "failed", message: causeText(error) });
  }
}

process.on("message", (order: WorkerOrder) => {
  if (order.kind === "scenario") scenario = order.scenario;
  else if (order.kind === "stop") running?.abort();
  else if (scenario !== null) void run(scenario, order.seed);
});
// A Ctrl-C reaches the whole process group; the campaign decides when to stop.
process.on("SIGINT", () => undefined);
process.on("disconnect", () => process.exit());
