import { systemClock } from "../../core/clock.ts";
import { moduleAt } from "../../core/home.ts";
import { note } from "../shared/output.ts";
import { ProgressLine } from "../shared/progress.ts";

export interface SettingOverrides {
  readonly rate?: string;
  readonly strikes?: number;
  readonly window_blocks?: number;
  readonly suspension_tempos?: number;
  readonly duration?: string;
}

export interface RunOrder {
  readonly scenario: string;
  readonly overrides: SettingOverrides;
  readonly out: string | null;
  readonly force: boolean;
}

interface Hooks {
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
}

interface Progress {
  readonly simulated_ms: number;
  readonly duration_ms: number;
  readonly submissions: number;
}

export interface SimulatorOutput {
  readonly document: { readonly complete: boolean };
  readonly text: string;
}

/** What the simulator's main module offers; it stands beside `src`, so it is loaded by its path. */
interface Simulator {
  listScenarios(): { name: string; title: string }[];
  simulate(
    order: RunOrder & { seed: number; trace: "events" | "all"; miners: boolean },
    hooks: Hooks,
  ): Promise<SimulatorOutput>;
  campaign(
    order: RunOrder & { seeds: number[]; workers: number },
    hooks: Hooks,
  ): Promise<SimulatorOutput & { passed: boolean }>;
}

export async function loadSimulator(): Promise<Simulator> {
  return (await import(moduleAt("sim/main").href)) as Simulator;
}

/** Runs with progress on stderr. The first Ctrl-C ends the simulation early and keeps its results, a second ends the process. */
export async function withHooks<T>(work: (hooks: Hooks) => Promise<T>): Promise<T> {
  const control = new AbortController();
  const line = new ProgressLine(systemClock, process.stderr);
  const stop = (): void => {
    note("interrupted: writing the results so far; press Ctrl-C again to quit at once");
    control.abort();
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  try {
    return await work({ signal: control.signal, progress: (made) => line.show(told(made)) });
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
    line.end();
  }
}

function told({ simulated_ms, duration_ms, submissions }: Progress): { share: number; text: string } {
  const share = simulated_ms / duration_ms;
  return { share, text: `${submissions} answers, ${(simulated_ms / 86_400_000).toFixed(2)} days` };
}
