import type { Clock } from "../../../core/clock.ts";

/** Unix ms of the moment of the call, by a clock that nobody sets: what it says next is never less. */
export function leaseClock(clock: Clock): () => number {
  const offset = clock.nowMs() - clock.monotonicMs();
  return () => offset + clock.monotonicMs();
}
