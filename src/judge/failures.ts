import { BoundedMap } from "../core/queue/boundedMap.ts";
import { withinSelfFaultWindow } from "./rules.ts";

/** Hotkeys that failed to connect within the last minute, longest ago first. Times are monotonic ms. */
export class RecentFailures {
  readonly #failedAt: BoundedMap<string, number>;

  /** `limit`: hotkeys remembered at most, those that failed longest ago dropped first. */
  constructor(limit: number) {
    this.#failedAt = new BoundedMap(limit);
  }

  /** Returns how many hotkeys failed within the minute that ends now, this one included. */
  add(hotkey: string, nowMs: number): number {
    this.#failedAt.set(hotkey, nowMs);
    for (const [oldest, failedAt] of this.#failedAt.entries()) {
      if (withinSelfFaultWindow(failedAt, nowMs)) break;
      this.#failedAt.delete(oldest);
    }
    return this.#failedAt.size;
  }
}
