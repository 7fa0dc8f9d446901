import { quicknet } from "./quicknet.ts";

/** When a round is published, Unix ms. */
export function roundTimeMs(round: number): number {
  return quicknet.genesisMs + (round - 1) * quicknet.periodMs;
}

/** The last round that is published at a moment; 0 before the first. */
export function roundAt(timeMs: number): number {
  return Math.max(0, Math.floor((timeMs - quicknet.genesisMs) / quicknet.periodMs) + 1);
}
