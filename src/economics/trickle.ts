import { seededUnit } from "./seededUnit.ts";
import { simulateTrickle } from "./slidingWindow.ts";
import { detectionsAtRisk } from "./strikes.ts";

/** Risk of a suspension in one window that a patient cheat is taken to accept. */
const RISK = 0.05;
/** Half a second of work at most, whatever the strikes. */
const bounds = { runs: 2000, mostDetections: 5_000_000 };

/**
 * What a miner gets away with that spaces its cheats so that strikes lapse: null where one strike suspends, since nothing lapses
 * then. Simulated figures are null when no suspension was seen.
 */
export function trickleOf(setting: {
  readonly rate: number;
  readonly strikes: number;
  readonly windowBlocks: number;
}) {
  const { rate, strikes, windowBlocks } = setting;
  if (strikes === 1) return null;
  const cheatsPerWindow = detectionsAtRisk(strikes, RISK) / rate;
  const seen = simulateTrickle({ rate, strikes, cheatsPerWindow }, { ...bounds, unit: seededUnit(7) });
  return {
    blocks: windowBlocks,
    risk: RISK,
    cheats_per_window: cheatsPerWindow,
    simulated_windows: seen.suspensions > 0 ? seen.windows : null,
    simulated_cheats: seen.suspensions > 0 ? seen.cheats : null,
    simulated_runs: seen.suspensions,
  };
}
