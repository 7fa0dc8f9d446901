import { BoundedMap } from "../../core/queue/boundedMap.ts";

/** Recent checks remembered a lane. */
const RECENT = 64;
/** Lanes remembered; a deployment has a handful. */
const LANES = 256;

/** How long checks take lately, so that what is not checked takes as long: its duration tells a miner nothing. */
export class RecentDurations {
  readonly #lanes = new BoundedMap<string, { readonly durations: number[]; written: number; read: number }>(
    LANES,
  );

  checked(lane: string, durationMs: number): void {
    const ring = this.#lanes.get(lane) ?? { durations: [], written: 0, read: 0 };
    ring.durations[ring.written++ % RECENT] = durationMs;
    this.#lanes.set(lane, ring);
  }

  /** A duration as a check of the lane would take, ms: the recent ones in turn; `firstMs` before there are any. */
  next(lane: string, firstMs: number): number {
    const ring = this.#lanes.get(lane);
    if (ring === undefined) return firstMs;
    return ring.durations[ring.read++ % ring.durations.length] ?? firstMs;
  }
}
