import { BoundedMap } from "../core/queue/boundedMap.ts";
import { withinSelfFaultWindow } from "./rules.ts";

/** Hotkeys that failed to connect within the last minute, longest ago first. Times are monotonic ms. */
export class RecentFailures {
  readonly #failedAt: BoundedMap<string, number>;

  /** `limit`: the most hotkeys remembered; those that failed longest ago are dropped first. */
  constructor(limit: number) {
    this.#failedAt = new BoundedMap(limit);
  }

  /** Adds a failure; returns how many hotkeys failed within the last minute, including this one. */
  add(hotkey: string, nowMs: number): number {
    this.#failedAt.set(hotkey, nowMs);
    return this.count(nowMs);
  }

  /** How many hotkeys failed within the last minute. */
  count(nowMs: number): number {
    for (const [oldest, failedAt] of this.#failedAt.entries()) {
      if (withinSelfFaultWindow(failedAt, nowMs)) break;
      this.#failedAt.delete(oldest);
    }
    return this.#failedAt.size;
  }
}
