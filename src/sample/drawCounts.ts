import type { Counter } from "../core/metrics.ts";
import type { Draw } from "../flow/draw.ts";

/**
 * Draws counted and not shown yet: a public counter that moved with every draw would tell a miner, job by job, what was drawn.
 */
export const SHOWN_EVERY = 500;

/** Rates at which there is nothing to tell: everything is drawn, or nothing. */
function isCertain(rate: string): boolean {
  return /^(\d+)\/\1$/.test(rate) || Number(rate) === 0 || Number(rate) === 1;
}

interface Count {
  readonly lane: string;
  readonly class: string;
  readonly rate: string;
  readonly step: number;
  sampled: number;
  unsampled: number;
}

function isOf(count: Count | null, draw: Draw): count is Count {
  return count?.lane === draw.lane && count.class === draw.class && count.rate === draw.rate;
}

/** Counts draws by lane and class, and shows them many at a time. Bounded by the lanes and classes of a configuration. */
export class DrawCounts {
  readonly #counter: Counter;
  readonly #counts = new Map<string, Count>();
  /** Most draws are of the same lane and class as the one before. */
  #last: Count | null = null;

  constructor(counter: Counter) {
    this.#counter = counter;
  }

  add(draw: Draw): void {
    const count = isOf(this.#last, draw) ? this.#last : this.#countOf(draw);
    this.#last = count;
    if (draw.sampled) count.sampled++;
    else count.unsampled++;
    if (count.sampled + count.unsampled >= count.step) this.#show(count);
  }

  #countOf({ lane, class: drawClass, rate }: Draw): Count {
    const key = `${lane} ${drawClass} ${rate}`;
    const known = this.#counts.get(key);
    if (known !== undefined) return known;
    // A class tells who is drawn for certain: of a lane that is drawn in part, that is told by many too.
    const step = drawClass === "lane" && isCertain(rate) ? 1 : SHOWN_EVERY;
    const fresh = { lane, class: drawClass, rate, step, sampled: 0, unsampled: 0 };
    this.#counts.set(key, fresh);
    return fresh;
  }

  #show(count: Count): void {
    const { lane, class: drawClass, sampled, unsampled } = count;
    if (sampled > 0) this.#counter.add({ lane, class: drawClass, sampled: "true" }, sampled);
    if (unsampled > 0) this.#counter.add({ lane, class: drawClass, sampled: "false" }, unsampled);
    count.sampled = 0;
    count.unsampled = 0;
  }
}
