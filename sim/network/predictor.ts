import type { JobOrder } from "../../src/flow/job.ts";
import { type Behaviour, FORGED, type Offer, type OfferChoice } from "./behaviour.ts";

/** Whether a job of the hotkey was sampled, as closed epochs show; null while its epoch is not closed. */
export interface Reveals {
  /** The newest closed epoch of a validator, or null. */
  newest(validator: number): number | null;
  epochNow(): number;
  wasSampled(validator: number, epoch: number, hotkey: string, jobId: string): boolean | null;
  /** What the key of the newest closed epoch would decide for a current job; null without one. */
  byOldKey(validator: number, hotkey: string, jobId: string): boolean | null;
}

/** A property of a job that might predict its check: a name and one of a few values. */
type Clue = string;

interface Count {
  seen: number;
  sampled: number;
}

/** Own jobs whose draws are not revealed yet. */
const WAITING = 8192;
/** Jobs with a clue before it is believed. */
const ENOUGH = 75;

/** All properties of a job, each reduced to a few values. */
function cluesOf({ order, now, hotkey, validator }: Offer, gapMs: number, old: boolean | null): Clue[] {
  const id = order.job_id;
  return [
    `id ${id.slice(3, 4)}`,
    `end ${id.slice(-1)}`,
    `parity ${Number.parseInt(id.slice(-2), 16) % 2} ${Number.parseInt(id.slice(3, 5), 16) % 2}`,
    `input ${String(order.input.x).slice(-1)}`,
    `length ${String(order.input.x).length}`,
    `kind ${order.kind}`,
    `deadline ${order.deadline_ms % 16}`,
    `gap ${Math.min(8, Math.floor(Math.log2(1 + gapMs)))}`,
    `second ${Math.floor(now / 1000) % 60}`,
    `minute ${Math.floor(now / 60_000) % 60}`,
    `id and hotkey ${id.slice(4, 5)}${hotkey.slice(-1)}`,
    `validator ${validator}`,
    `old key ${old}`,
  ];
}

/**
 * Looks for a pattern in the checks: once an epoch is closed everyone can see which jobs were checked, so it counts the checks for
 * every clue that came with a job. It cheats where a clue was seen often enough and never followed by a check, and works
 * otherwise.
 */
export class Predictor implements Behaviour {
  readonly renews = false;
  readonly #reveals: Reveals;
  readonly #counts = new Map<Clue, Count>();
  #waiting: {
    readonly validator: number;
    readonly epoch: number;
    readonly hotkey: string;
    readonly id: string;
    readonly clues: Clue[];
  }[] = [];
  #lastAt = 0;

  constructor(reveals: Reveals) {
    this.#reveals = reveals;
  }

  choose(offer: Offer): OfferChoice {
    const { validator, hotkey, order, now } = offer;
    this.#learn();
    const clues = cluesOf(offer, now - this.#lastAt, this.#reveals.byOldKey(validator, hotkey, order.job_id));
    this.#lastAt = now;
    const epoch = this.#reveals.epochNow();
    if (this.#waiting.length < WAITING)
      this.#waiting.push({ validator, epoch, hotkey, id: order.job_id, clues });
    return clues.some((clue) => this.#isSafe(clue)) ? "cheat" : "work";
  }

  forge(_order: JobOrder): string {
    return FORGED;
  }

  #isSafe(clue: Clue): boolean {
    const count = this.#counts.get(clue);
    return count !== undefined && count.seen >= ENOUGH && count.sampled === 0;
  }

  /** Counts the draws revealed since; jobs wait in the order of their epochs. */
  #learn(): void {
    const first = this.#waiting[0];
    if (first === undefined || first.epoch > (this.#reveals.newest(first.validator) ?? -1)) return;
    const left = [];
    for (const job of this.#waiting) {
      const sampled = this.#reveals.wasSampled(job.validator, job.epoch, job.hotkey, job.id);
      if (sampled === null && job.epoch > (this.#reveals.newest(job.validator) ?? -1)) left.push(job);
      else if (sampled !== null) for (const clue of job.clues) this.#count(clue, sampled);
    }
    this.#waiting = left;
  }

  #count(clue: Clue, sampled: boolean): void {
    let count = this.#counts.get(clue);
    if (count === undefined) {
      count = { seen: 0, sampled: 0 };
      this.#counts.set(clue, count);
    }
    count.seen++;
    if (sampled) count.sampled++;
  }
}
