/** The end of the primary's log of changes at a moment, in bytes. */
interface Sample {
  readonly position: number;
  /** Monotonic ms. */
  at: number;
}

/** Samples that are kept; past them every second one is dropped, so that the older they are the fewer there are. */
const SAMPLES_MOST = 1024;

/**
 * How far a replica is behind, by the clock of this process alone: it has what the primary had at the time of the newest sample that
 * it has replayed. An idle primary's position does not move, so its replica is not behind.
 */
export class LagMeter {
  #samples: Sample[] = [];
  /** The newest sample that the replica has replayed; null until it has replayed one. */
  #reached: Sample | null = null;

  /** The primary's position at a moment. */
  primary(position: number, at: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && position < last.position) this.forget();
    if (last?.position === position) last.at = at;
    else this.#samples.push({ position, at });
    if (this.#samples.length > SAMPLES_MOST)
      this.#samples = this.#samples.filter((_, index) => index % 2 === 1);
  }

  /** The position that the replica has replayed. */
  replayed(position: number): void {
    const behind = this.#samples.findIndex((sample) => sample.position > position);
    const reached = behind < 0 ? this.#samples.length : behind;
    if (reached === 0) return;
    this.#reached = this.#samples[reached - 1] ?? null;
    this.#samples.splice(0, reached - 1);
  }

  /** Of another primary, or none: nothing is known until the next samples. */
  forget(): void {
    this.#samples = [];
    this.#reached = null;
  }

  /** At most this many ms; infinite when it is not known. */
  lagMs(now: number): number {
    return this.#reached === null ? Number.POSITIVE_INFINITY : now - this.#reached.at;
  }
}
