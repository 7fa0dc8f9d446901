import type { Unit } from "./seededUnit.ts";

/** A miner that cheats at a steady pace, under strikes that lapse after one window. */
export interface Trickle {
  readonly rate: number;
  readonly strikes: number;
  readonly cheatsPerWindow: number;
}

export interface SimulatedTrickle {
  /** Windows and cheats to a suspension, on average; infinite when none was seen. */
  readonly windows: number;
  readonly cheats: number;
  /** Standard error of `windows`. */
  readonly standardError: number;
  readonly suspensions: number;
}

/** Runs until `strikes` detections lie within one window; null once `most` detections did not do it. */
function untilSuspended({ rate, strikes, cheatsPerWindow }: Trickle, most: number, unit: Unit) {
  const recent = new Float64Array(strikes).fill(Number.NEGATIVE_INFINITY);
  let windows = 0;
  for (let detections = 1; detections <= most; detections++) {
    windows -= Math.log1p(-unit()) / (rate * cheatsPerWindow);
    recent[detections % strikes] = windows;
    const oldest = recent[(detections + 1) % strikes] ?? windows;
    if (windows - oldest < 1) return { windows, detections };
  }
  return null;
}

/** Lets the miner cheat until it was suspended `runs` times, or `mostDetections` were spent on it. */
export function simulateTrickle(
  trickle: Trickle,
  options: { readonly runs: number; readonly mostDetections: number; readonly unit: Unit },
): SimulatedTrickle {
  let [sum, squares, runs, left] = [0, 0, 0, options.mostDetections];
  while (runs < options.runs) {
    const run = untilSuspended(trickle, left, options.unit);
    if (run === null) break;
    left -= run.detections;
    sum += run.windows;
    squares += run.windows ** 2;
    runs += 1;
  }
  const windows = runs === 0 ? Number.POSITIVE_INFINITY : sum / runs;
  const variance = squares / runs - windows ** 2;
  const standardError = runs < 2 ? Number.POSITIVE_INFINITY : Math.sqrt(variance / (runs - 1));
  return { windows, cheats: windows * trickle.cheatsPerWindow, standardError, suspensions: runs };
}
