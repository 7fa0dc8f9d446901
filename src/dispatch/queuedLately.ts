const EVERY_MS = 60_000;

/**
 * How many customer jobs wait, as everybody may see it: looked at once a minute, or a miner could tell that the job which it just got was
 * one of them.
 */
export class QueuedLately {
  count = 0;
  #at = Number.NEGATIVE_INFINITY;

  look(nowMs: number, queued: number): void {
    if (nowMs - this.#at < EVERY_MS) return;
    this.#at = nowMs;
    this.count = queued;
  }
}
