import { type Epoch, epochAt, epochStartMs } from "./ids.ts";

/** An epoch and when it is current. */
export interface EpochSpan {
  readonly epoch: Epoch;
  readonly hours: number;
  /** Unix ms. */
  readonly beginsAt: number;
  /** The first moment of the next epoch, Unix ms. */
  readonly endsAt: number;
}

/** From a moment on, Unix ms, epochs have this length. */
export interface EpochEra {
  readonly fromMs: number;
  readonly hours: number;
}

/**
 * Which epoch is when. The number of an epoch follows from the time and the length, so a change of length changes the numbers too:
 * epochs are before and after each other in time, not in number. The first epoch of a new length may be shorter than the others.
 */
export class EpochCalendar {
  readonly #eras: readonly EpochEra[];

  /** Eras in order of time; the first one holds for all earlier times too. */
  constructor(eras: readonly EpochEra[]) {
    if (eras.length === 0) throw new RangeError("epoch calendar: no era");
    this.#eras = eras;
  }

  at(ms: number): EpochSpan {
    const later = this.#eras.findIndex((era, i) => i > 0 && era.fromMs > ms);
    const next = later < 0 ? null : this.#eras[later];
    const index = later < 0 ? this.#eras.length - 1 : later - 1;
    const { fromMs, hours } = this.#eras[index] as EpochEra;
    const epoch = epochAt(ms, hours);
    const begins = epochStartMs(epoch, hours);
    return {
      epoch,
      hours,
      beginsAt: index === 0 ? begins : Math.max(begins, fromMs),
      endsAt: Math.min(begins + hours * 3_600_000, next?.fromMs ?? Number.POSITIVE_INFINITY),
    };
  }

  before(span: EpochSpan): EpochSpan {
    return this.at(span.beginsAt - 1);
  }

  after(span: EpochSpan): EpochSpan {
    return this.at(span.endsAt);
  }

  /** The current epoch and the one before it, whose challenges are accepted. */
  accepted(ms: number): readonly [EpochSpan, EpochSpan] {
    const current = this.at(ms);
    return [current, this.before(current)];
  }
}

/** Epochs of one length. */
export function everyHours(hours: number): EpochCalendar {
  return new EpochCalendar([{ fromMs: 0, hours }]);
}
