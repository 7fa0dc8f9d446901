import type { SpendMemory } from "./memory.ts";

/** Between two sweeps, each of which takes some milliseconds of the server. */
const SWEEP_MS = 1000;

/** Sweeps what is spent and over, while anything is spent; returns what ends it. A sweep that failed is followed by the next one. */
export function sweepSpents(memory: SpendMemory, sweep: () => Promise<void>): () => void {
  let isSweeping = false;
  const timer = setInterval(() => {
    if (isSweeping || !memory.isUsed) return;
    isSweeping = true;
    sweep()
      .catch(() => {})
      .finally(() => {
        isSweeping = false;
      });
  }, SWEEP_MS);
  timer.unref();
  return () => clearInterval(timer);
}
