import type { Store } from "../flow/store.ts";
import { countFrom, type PeriodCount, periodAt } from "./rules.ts";

/** The first period that this validator saw: it makes no vectors of earlier periods. */
const SINCE_NOTE = "weigh_since";
/** The period whose vector is being made or submitted; empty without one. */
const OPEN_NOTE = "weigh_open";

/** From where periods are counted, once their length was known. */
const COUNT_NOTE = "weigh_count";

/** The period under way, its first block and its blocks, and the first period that this validator makes weights of. */
export interface PeriodOutlook {
  readonly running: number;
  readonly begins: number;
  readonly length: number;
  readonly since: number;
}

/** What is on record about the progress of weighing. */
export class Periods {
  readonly #store: Pick<Store, "note" | "setNote">;
  #count: PeriodCount | null = null;
  #since: number | null = null;
  /** Undefined until the note was read. */
  #open: number | null | undefined;

  constructor(store: Pick<Store, "note" | "setNote">) {
    this.#store = store;
  }

  /** Another process may have gone on since this one read. */
  forget(): void {
    this.#count = null;
    this.#since = null;
    this.#open = undefined;
  }

  /** The period of a height, where periods have a length in blocks by now. */
  async at(block: number, length: number): Promise<number> {
    const text = this.#count === null ? await this.#store.note(COUNT_NOTE) : null;
    const known = text ? (JSON.parse(text) as PeriodCount) : this.#count;
    const count = countFrom(known, block, length);
    if (count !== known) await this.#store.setNote(COUNT_NOTE, JSON.stringify(count));
    this.#count = count;
    return periodAt(block, count);
  }

  /** The period of a height by the count on record; null where there is none. Records nothing. */
  async onRecord(block: number): Promise<number | null> {
    const text = await this.#store.note(COUNT_NOTE);
    return text ? periodAt(block, JSON.parse(text) as PeriodCount) : null;
  }

  /** The period of a height by the count on record, with its bounds; null where there is none. Records nothing. */
  async outlook(block: number): Promise<PeriodOutlook | null> {
    const text = await this.#store.note(COUNT_NOTE);
    if (!text) return null;
    const count = JSON.parse(text) as PeriodCount;
    const running = periodAt(block, count);
    const begins = count.from_block + (running - count.from_period) * count.length;
    const since = await this.#store.note(SINCE_NOTE);
    return { running, begins, length: count.length, since: since === null ? running : Number(since) };
  }

  /** The first period to make a vector of; begins anew at `period` where heights start anew. */
  async since(period: number): Promise<number> {
    if (this.#since !== null && this.#since <= period) return this.#since;
    const text = await this.#store.note(SINCE_NOTE);
    const isKnown = text !== null && Number(text) <= period;
    if (!isKnown) await this.#store.setNote(SINCE_NOTE, String(period));
    this.#since = isKnown ? Number(text) : period;
    return this.#since;
  }

  /** The period in work, such as one that a crash interrupted. */
  async open(): Promise<number | null> {
    if (this.#open === undefined) {
      const text = await this.#store.note(OPEN_NOTE);
      this.#open = text ? Number(text) : null;
    }
    return this.#open;
  }

  async setOpen(period: number | null): Promise<void> {
    if (this.#open === period) return;
    await this.#store.setNote(OPEN_NOTE, period === null ? "" : String(period));
    this.#open = period;
  }
}
