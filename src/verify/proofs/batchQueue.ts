import { FIRST_SIZE, nextSize } from "./batchSize.ts";
import type { QueuedProof } from "./queuedProof.ts";

/** Entries that may share a batch, in order of arrival. */
interface BatchLine {
  readonly kind: "common" | "suspect" | "alone";
  waiting: QueuedProof[];
  /** The most entries of its next batch. */
  size: number;
}

export interface Batch {
  readonly line: BatchLine;
  /** At least one; of one lane and kind. */
  readonly entries: readonly QueuedProof[];
  /** Verification units. */
  readonly cost: number;
}

export interface LineOptions {
  /** The most entries of one batch. */
  readonly batchMax: number;
  /** The most verification units of one batch; a single entry may need more. */
  readonly batchUnits: number;
}

/**
 * Entries waiting for a check, in lines that take turns: one per lane and kind; another for its suspects, whose wrong answers
 * would cost the batches of others; and one for entries that are checked alone. Bounded by the reservations of the entries.
 */
export class BatchQueue {
  readonly #options: LineOptions;
  readonly #isSuspect: (hotkey: string) => boolean;
  readonly #lines = new Map<string, BatchLine>();
  /** Lines with waiting entries, the next one first. */
  #turns: BatchLine[] = [];

  constructor(options: LineOptions, isSuspect: (hotkey: string) => boolean) {
    const { batchMax, batchUnits } = options;
    if (!Number.isInteger(batchMax) || batchMax < 1 || !(batchUnits > 0))
      throw new RangeError(`batches: at most ${batchMax} of ${batchUnits} units`);
    this.#options = options;
    this.#isSuspect = isSuspect;
  }

  push(entry: QueuedProof): void {
    const line = this.#lineOf(entry);
    if (line.waiting.push(entry) === 1) this.#turns.push(line);
  }

  /**
   * The next batch, of the line whose turn it is; null when nothing waits or that batch does not fit. It is not cut down to
   * fit: batches would stay as small as the smallest that ended. No smaller batch of another line goes first: this one might
   * never fit.
   */
  take(fits: (cost: number) => boolean): Batch | null {
    for (let line = this.#turns[0]; line !== undefined; line = this.#turns[0]) {
      if (line.kind === "common") this.#setSuspectsApart(line);
      const [first] = line.waiting;
      const count = first === undefined ? 0 : this.#countOf(line, first.cost);
      if (first !== undefined && !fits(count * first.cost)) return null;
      this.#turns.shift();
      if (first === undefined) continue;
      const entries = line.waiting.splice(0, count);
      if (line.waiting.length > 0) this.#turns.push(line);
      return { line, entries, cost: entries.length * first.cost };
    }
    return null;
  }

  /** Adapts the size of the line's next batches to the number of invalid answers in a checked one. */
  learn({ line, entries }: Batch, invalid: number): void {
    if (line.kind !== "alone")
      line.size = nextSize(line.size, { count: entries.length, invalid }, this.#options.batchMax);
  }

  /** Drops every waiting entry. */
  clear(): void {
    for (const line of this.#lines.values()) line.waiting = [];
    this.#turns = [];
  }

  #lineOf({ job, alone }: QueuedProof): BatchLine {
    const kind = alone ? "alone" : this.#isSuspect(job.hotkey) ? "suspect" : "common";
    const key = alone ? kind : `${kind} ${job.lane} ${job.kind}`;
    let line = this.#lines.get(key);
    if (line === undefined) {
      line = { kind, waiting: [], size: alone ? 1 : Math.min(FIRST_SIZE, this.#options.batchMax) };
      // Bounded: lanes and their kinds are those of the configuration.
      this.#lines.set(key, line);
    }
    return line;
  }

  /** A hotkey may have been caught since its entries joined the line. */
  #setSuspectsApart(line: BatchLine): void {
    const caught = line.waiting.filter(({ job }) => this.#isSuspect(job.hotkey));
    if (caught.length === 0) return;
    line.waiting = line.waiting.filter((entry) => !caught.includes(entry));
    for (const entry of caught) this.push(entry);
  }

  /** How many entries the next batch takes: bounded by the line's size and by the units of a batch, at least one. */
  #countOf(line: BatchLine, cost: number): number {
    const most = Math.max(1, Math.floor(this.#options.batchUnits / cost));
    return Math.min(line.waiting.length, line.size, most);
  }
}
