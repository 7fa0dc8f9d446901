import { BoundedMap } from "../../core/queue/boundedMap.ts";

/** Recent checks remembered per lane. */
const RECENT = 64;
/** Lanes remembered; a deployment has a handful. */
const LANES = 256;

/** Durations of recent checks. Unchecked submissions take as long, so that a duration tells a miner nothing. */
export class RecentDurations {
  readonly #lanes = new BoundedMap<string, { readonly durations: number[]; written: number; read: number }>(
    LANES,
  );

  checked(lane: string, durationMs: number): void {
    const ring = this.#lanes.get(lane) ?? { durations: [], written: 0, read: 0 };
    ring.durations[ring.written++ % RECENT] = durationMs;
    this.#lanes.set(lane, ring);
  }

  /** How long an unchecked submission of the lane takes, ms: the recent durations in turn; `firstMs` while there are none. */
  next(lane: string, firstMs: number): number {
    const ring = this.#lanes.get(lane);
    if (ring === undefined) return firstMs;
    return ring.durations[ring.read++ % ring.durations.length] ?? firstMs;
  }
}
