import { parentPort, workerData } from "node:worker_threads";
import { causeText } from "../../src/core/errors.ts";
import { runScenario } from "../run.ts";
import type { Scenario } from "../scenario.ts";
import type { WorkerOrder, WorkerReport } from "./workers.ts";

const scenario = workerData as Scenario;
let running: AbortController | null = null;

function say(report: WorkerReport): void {
  parentPort?.postMessage(report);
}

async function run(seed: number): Promise<void> {
  running = new AbortController();
  try {
    const result = await runScenario(scenario, {
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

parentPort?.on("message", (order: WorkerOrder) => {
  if (order.kind === "stop") running?.abort();
  else void run(order.seed);
});
