import { defaultConfig } from "../../../src/config/load.ts";
import type { Clock } from "../../../src/core/clock.ts";
import type { WatchedParts } from "../../../src/validator/alerts/processFacts.ts";

/** Each part with what the facts are read from. */
export type WellParts = { readonly [Name in keyof WatchedParts]: Partial<WatchedParts[Name]> };

/** Parts of a validator that is well, but for those that a test gives: real stages with a fault, mostly. */
export function wellParts(clock: Clock, given: Partial<WellParts> = {}): WatchedParts {
  const parts = {
    ...{ config: defaultConfig(), clock, push: null },
    trusted: { fault: () => null, state: () => ({ trusted: true, now_ms: 0, ahead_ms: 0 }) },
    chain: { block: () => 1, faults: () => [], alarms: () => [] },
    sampler: { alarms: () => [] },
    verifier: { pendingUnits: () => 0 },
    admission: { counts: () => ({ answered: 0, refused: {} }) },
    judge: { outage: () => null },
    disk: { room: () => ({ free: 2 ** 40, reserve: 0 }), daysUntilFull: () => Number.POSITIVE_INFINITY },
    ...given,
  };
  return parts as unknown as WatchedParts;
}
