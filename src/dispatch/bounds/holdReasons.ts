import type { IntakeStop } from "../../flow/intake.ts";
import type { Totals } from "./totals.ts";

/** Why no jobs are handed out at the moment. */
export const holdReasons = [
  "draining",
  "storage_full",
  "paused",
  "height_unknown",
  "ceiling",
  "memory",
  "bytes",
  "verification",
] as const;
export type HoldReason = (typeof holdReasons)[number];

/** The current state of the bounds over all miners. */
export interface Bounds {
  readonly draining: boolean;
  /** Why the validator takes no new work, or null. */
  readonly intakeStop: IntakeStop | null;
  readonly block: number | null;
  readonly ceiling: number | null;
  readonly pressureCeiling: number | null;
  readonly bytes: number;
  readonly verificationHasRoom: boolean;
}

/** The first reason to hold jobs back, or null when one may be handed out. */
export function holdReasonOf(totals: Totals, bounds: Bounds, nowMs: number): HoldReason | null {
  if (bounds.draining) return "draining";
  if (bounds.intakeStop !== null) return bounds.intakeStop;
  if (totals.isPaused(nowMs)) return "paused";
  if (bounds.block === null) return "height_unknown";
  if (bounds.ceiling !== null && totals.inFlight >= bounds.ceiling) return "ceiling";
  if (bounds.pressureCeiling !== null && totals.inFlight >= bounds.pressureCeiling) return "memory";
  if (totals.bytes >= bounds.bytes) return "bytes";
  return bounds.verificationHasRoom ? null : "verification";
}

/** The lower of two ceilings; null means none. */
export function lowerCeiling(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
