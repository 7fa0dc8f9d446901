import { FrameBudget, type FrameKind, frameLimits } from "./frameBudget.ts";
import { FrameWalk } from "./frameWalk.ts";

export interface InboundBounds {
  readonly maxFrameBytes: number;
  readonly messageMs: number;
}

/** The receiving side of one stream, before its frames are read: how much comes, and whether messages become whole in time. */
export class Inbound {
  readonly #walk = new FrameWalk();
  readonly #budget: FrameBudget;
  readonly #messageMs: number;
  /** When the message under way was first seen, and how many were whole then. */
  #seen: { readonly sinceMs: number; readonly messages: number } | null = null;

  constructor({ maxFrameBytes, messageMs }: InboundBounds, nowMs: number) {
    this.#budget = new FrameBudget(frameLimits(maxFrameBytes), nowMs);
    this.#messageMs = messageMs;
  }

  get unfinishedBytes(): number {
    return this.#walk.unfinishedBytes;
  }

  /** The miner is sent a job, and may send its answer. */
  job(): void {
    this.#budget.job();
  }

  /** Counts bytes as they arrive. Returns the kind of which there are too many, or null. */
  arrived(bytes: Buffer, nowMs: number): FrameKind | null {
    return this.#budget.take(this.#walk.walk(bytes), nowMs);
  }

  /** Whether the message under way has not become whole in time. */
  isOverdue(nowMs: number): boolean {
    const { unfinishedBytes, messages } = this.#walk;
    if (unfinishedBytes === 0) this.#seen = null;
    else if (this.#seen?.messages !== messages) this.#seen = { sinceMs: nowMs, messages };
    return this.#seen !== null && nowMs - this.#seen.sinceMs >= this.#messageMs;
  }
}
