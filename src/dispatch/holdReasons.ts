/** Why nothing is handed out just now. */
export const holdReasons = [
  "draining",
  "paused",
  "height_unknown",
  "ceiling",
  "memory",
  "bytes",
  "verification",
] as const;
export type HoldReason = (typeof holdReasons)[number];

/** First and longest pause after the store or the sampler refused, ms. */
const PAUSE_MS = [1000, 30_000] as const;

/** What is in flight altogether, and the pause after a refusal. */
export class Totals {
  inFlight = 0;
  /** Of jobs in flight, and of answers that wait to be verified. */
  bytes = 0;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #refusals = 0;

  refused(nowMs: number): void {
    this.#pausedUntil = nowMs + Math.min(PAUSE_MS[1], PAUSE_MS[0] * 2 ** Math.min(this.#refusals++, 16));
  }

  recorded(): void {
    this.#refusals = 0;
  }

  isPaused(nowMs: number): boolean {
    return nowMs < this.#pausedUntil;
  }
}

/** The bounds over all miners, as they stand. */
export interface Bounds {
  readonly draining: boolean;
  readonly block: number | null;
  readonly ceiling: number | null;
  readonly pressureCeiling: number | null;
  readonly bytes: number;
  readonly verificationHasRoom: boolean;
}

/** The first gate that is shut, or null when a job may be handed out. */
export function holdReason(totals: Totals, bounds: Bounds, nowMs: number): HoldReason | null {
  if (bounds.draining) return "draining";
  if (totals.isPaused(nowMs)) return "paused";
  if (bounds.block === null) return "height_unknown";
  if (bounds.ceiling !== null && totals.inFlight >= bounds.ceiling) return "ceiling";
  if (bounds.pressureCeiling !== null && totals.inFlight >= bounds.pressureCeiling) return "memory";
  if (totals.bytes >= bounds.bytes) return "bytes";
  return bounds.verificationHasRoom ? null : "verification";
}

/** The lower of two ceilings of which each may be none. */
export function lowerCeiling(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
