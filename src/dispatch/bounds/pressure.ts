/** Below this share of the host's memory there is pressure; above the second it ends. The gap prevents oscillation. */
const PRESSED_BELOW = 0.2;
const FREE_ABOVE = 0.25;
/** One move of the ceiling per this time, ms, and by this share of it: memory follows what is in flight with a delay of seconds. */
const MOVE_MS = 15_000;
const MOVE = 0.1;

/**
 * The host's memory as a bound on all jobs in flight. It is independent of what miners can do, so their caps stay; the ceiling
 * shrinks while memory is short, grows back when it is not, and is removed once the jobs in flight stay below it.
 */
export class Pressure {
  #isPressed = false;
  #ceiling: number | null = null;
  #movedAt = 0;
  /** The most in flight since the ceiling moved. */
  #most = 0;

  /** Must be called at least every few seconds. `available`: share of the host's memory, null when unknown (no pressure). */
  update(nowMs: number, available: number | null, inFlight: number): void {
    const share = available ?? 1;
    this.#isPressed = share < PRESSED_BELOW;
    this.#most = Math.max(this.#most, inFlight);
    if (this.#ceiling === null) {
      if (this.#isPressed) this.#move(nowMs, shrunk(inFlight), inFlight);
      return;
    }
    if (nowMs - this.#movedAt < MOVE_MS) return;
    if (this.#isPressed) this.#move(nowMs, shrunk(this.#ceiling), inFlight);
    else if (share > FREE_ABOVE) this.#move(nowMs, this.#grown(this.#ceiling), inFlight);
  }

  /** Whether measurements now show the host rather than the miners. */
  hold(): boolean {
    return this.#isPressed;
  }

  /** Bound on all jobs in flight, at least 1; null for no bound. */
  ceiling(): number | null {
    return this.#ceiling;
  }

  #grown(ceiling: number): number | null {
    return this.#most < ceiling ? null : ceiling + Math.max(1, Math.floor(ceiling * MOVE));
  }

  #move(nowMs: number, ceiling: number | null, inFlight: number): void {
    this.#ceiling = ceiling;
    this.#movedAt = nowMs;
    this.#most = inFlight;
  }
}

function shrunk(jobs: number): number {
  return Math.max(1, Math.floor(jobs * (1 - MOVE)));
}
