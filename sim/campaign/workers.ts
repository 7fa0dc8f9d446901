import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { AssayError, causeText } from "../../src/core/problems/assayError.ts";
import { sibling } from "../../src/core/sibling.ts";
import type { SimResult } from "../result.ts";
import type { Progress } from "../run.ts";
import type { Scenario } from "../scenario.ts";

export interface CampaignOptions {
  readonly seeds: readonly number[];
  readonly workers: number;
  readonly signal: AbortSignal;
  /** Of all seeds together. */
  readonly progress: (progress: Progress) => void;
}

/** The part of a run's result that the campaign uses. */
export type RunSummary = Pick<
  SimResult,
  "seed" | "complete" | "trace_sha256" | "submissions" | "strategies" | "validators"
>;

/** A message of a worker. */
export type WorkerReport =
  | { readonly kind: "progress"; readonly seed: number; readonly progress: Progress }
  | { readonly kind: "done"; readonly run: RunSummary }
  | { readonly kind: "failed"; readonly message: string };

/** A message to a worker: first the scenario, then a seed to run, or the order to end its run early. */
export type WorkerOrder =
  | { readonly kind: "scenario"; readonly scenario: Scenario }
  | { readonly kind: "run"; readonly seed: number }
  | { readonly kind: "stop" };

/** Runs seeds in separate processes, one at a time in each; interrupted runs are included and not complete. Throws `failed`. */
export async function runSeeds(scenario: Scenario, options: CampaignOptions): Promise<RunSummary[]> {
  const { seeds, workers, signal, progress } = options;
  const waiting = [...seeds];
  const runs: RunSummary[] = [];
  const far = new Map<number, Progress>();
  const tell = (seed: number, made: Progress): void => {
    far.set(seed, made);
    progress(together(far, seeds.length, scenario.duration_ms));
  };
  let hasFailed = false;
  const work = async (): Promise<void> => {
    const child = new SeedProcess(scenario, tell);
    const stop = (): void => child.stop();
    signal.addEventListener("abort", stop);
    try {
      for (
        let seed = waiting.shift();
        seed !== undefined && !signal.aborted && !hasFailed;
        seed = waiting.shift()
      )
        runs.push(await child.run(seed));
    } catch (error) {
      hasFailed = true;
      throw error;
    } finally {
      signal.removeEventListener("abort", stop);
      child.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, seeds.length) }, work));
  return runs;
}

function together(far: ReadonlyMap<number, Progress>, seeds: number, durationMs: number): Progress {
  let [simulated_ms, submissions] = [0, 0];
  for (const one of far.values()) {
    simulated_ms += one.simulated_ms;
    submissions += one.submissions;
  }
  return { simulated_ms, submissions, duration_ms: seeds * durationMs };
}

/** One process that runs seeds of one scenario: its heap and its collections are its own. */
class SeedProcess {
  readonly #child: ChildProcess;
  #waiting: PromiseWithResolvers<RunSummary> | null = null;

  constructor(scenario: Scenario, tell: (seed: number, progress: Progress) => void) {
    this.#child = fork(fileURLToPath(sibling(import.meta.url, "worker")), { serialization: "advanced" });
    this.#child.on("message", (report: WorkerReport) => {
      if (report.kind === "progress") tell(report.seed, report.progress);
      else if (report.kind === "done") this.#waiting?.resolve(report.run);
      else this.#fail(report.message);
    });
    this.#child.on("error", (error) => this.#fail(causeText(error)));
    this.#child.on("exit", (code, signal) => this.#fail(`its process ended with ${signal ?? code}`));
    this.#say({ kind: "scenario", scenario });
  }

  run(seed: number): Promise<RunSummary> {
    this.#waiting = Promise.withResolvers<RunSummary>();
    this.#say({ kind: "run", seed });
    return this.#waiting.promise;
  }

  stop(): void {
    this.#say({ kind: "stop" });
  }

  close(): void {
    this.#child.kill("SIGKILL");
  }

  #say(order: WorkerOrder): void {
    // A worker that has ended is reported by its exit.
    this.#child.send(order, () => undefined);
  }

  #fail(message: string): void {
    this.#waiting?.reject(new AssayError({ code: "failed", message: `simulation: ${message}` }));
  }
}
