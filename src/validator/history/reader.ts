import type { Clock } from "../../core/clock.ts";
import { BoundedMap } from "../../core/queue/boundedMap.ts";
import type { HistoryRecords, HistoryStep } from "../../flow/history.ts";
import type { HistoryQuery } from "../../http/handlers.ts";
import { historyDocument, rangeOf } from "./document.ts";
import { type HistoryTable, spanOf, tableOf } from "./table.ts";

export interface HistoryReaderModules {
  readonly store: Pick<HistoryRecords, "history">;
  readonly clock: Clock;
}

/** However many ask, a step is read from the store once within this time. */
const FRESH_MS = 15_000;
/** Documents kept until then: pages ask for the same few. */
const TEXTS = 16;

interface Read {
  readonly at: number;
  readonly table: Promise<HistoryTable>;
  readonly texts: BoundedMap<string, string>;
}

/** History for anyone: a stranger who asks often costs the store nothing more. */
export class HistoryReader {
  readonly #modules: HistoryReaderModules;
  readonly #reads = new Map<HistoryStep, Read>();

  constructor(modules: HistoryReaderModules) {
    this.#modules = modules;
  }

  /** JSON of a `HistoryView`. Throws `store_unavailable`. */
  async text({ step, names, ...bounds }: HistoryQuery): Promise<string> {
    const { table: reading, texts } = this.#read(step);
    const table = await reading;
    const range = rangeOf(bounds, table);
    const key = JSON.stringify([range, names]);
    const known = texts.get(key);
    if (known !== undefined) return known;
    const text = JSON.stringify(historyDocument(range, table, names));
    texts.set(key, text);
    return text;
  }

  #read(step: HistoryStep): Read {
    const now = this.#modules.clock.monotonicMs();
    const last = this.#reads.get(step);
    if (last !== undefined && now - last.at < FRESH_MS) return last;
    const read = { at: now, table: this.#load(step), texts: new BoundedMap<string, string>(TEXTS) };
    this.#reads.set(step, read);
    // A failure is told to those who wait, and not kept.
    read.table.catch(() => {
      if (this.#reads.get(step) === read) this.#reads.delete(step);
    });
    return read;
  }

  async #load(step: HistoryStep): Promise<HistoryTable> {
    const { store, clock } = this.#modules;
    const now = clock.nowMs();
    const { from, to } = spanOf(step, now);
    return tableOf(step, now, await store.history(step, from, to));
  }
}
