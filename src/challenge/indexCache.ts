import type { Counter, Gauge, Metrics } from "../core/metrics.ts";
import { AssayError } from "../core/problems/assayError.ts";

/**
 * Whose table: of a miner that the chain lists or whose work is on record, or of a hotkey that did no more than sign. Where
 * anyone may take part the latter cost nothing to make, so they have a bounded part of the bytes and of the builds.
 */
export type IndexShare = "known" | "new";

export interface IndexCacheOptions {
  /** Bound on the bytes of all tables. */
  readonly bytes: number;
  /** Builds that answers wait for at once. */
  readonly builds: number;
}

export interface IndexCacheStats {
  readonly maps: number;
  readonly bytes: number;
  /** Tables dropped because others were used more recently. */
  readonly dropped: number;
  readonly builds: number;
  readonly failed: number;
  readonly underWay: number;
  /** Builds refused as `busy`. */
  readonly refused: number;
  /** Builds in advance that found no room to wait; the first answer builds then. */
  readonly unwarmed: number;
}

/** A table that is wanted. */
export interface Wanted {
  readonly key: string;
  readonly share: IndexShare;
  readonly build: () => Promise<Uint8Array>;
}

interface UnderWay {
  readonly table: Promise<Uint8Array>;
  readonly share: IndexShare;
  /** Answers wait for it. */
  readonly awaited: boolean;
}

/** The part that new hotkeys may have: of the bytes an eighth, of the builds half. */
const NEW_BYTES = 1 / 8;
const NEW_BUILDS = 1 / 2;
/** What a table costs besides its own bytes: its key, its buffer's headers, its place. */
const TABLE_OVERHEAD = 400;
/** Both epochs of 4,096 miners with two tiers. */
const WARM_MAX = 16_384;

/**
 * Reverse indexes within a bound of bytes, the least recently used dropped first, those of new hotkeys before all others past
 * their part. One build per key at a time; answers wait for a bounded number of builds, and one more runs in advance.
 */
export class IndexCache {
  readonly #options: IndexCacheOptions;
  /** In order of their last use. */
  readonly #tables = { known: new Map<string, Uint8Array>(), new: new Map<string, Uint8Array>() };
  readonly #bytes = { known: 0, new: 0 };
  readonly #underWay = new Map<string, UnderWay>();
  /** Waiting to be built in advance, in order. */
  readonly #warm = new Map<string, Wanted>();
  #warming = false;
  #dropped = 0;
  #builds = 0;
  #failed = 0;
  #refused = 0;
  #unwarmed = 0;

  readonly #counter: Counter;
  readonly #gauge: Gauge;

  constructor(options: IndexCacheOptions, metrics: Metrics) {
    this.#options = options;
    this.#counter = metrics.counter(
      "assay_index_builds_total",
      "Reverse indexes of the indexed scheme: built, failed, refused as busy, not built in advance",
      ["outcome"],
    );
    this.#gauge = metrics.gauge(
      "assay_index_bytes",
      "Bytes of the reverse indexes, as the bound counts them",
    );
  }

  get(key: string): Uint8Array | undefined {
    for (const tables of [this.#tables.known, this.#tables.new]) {
      const table = tables.get(key);
      if (table === undefined) continue;
      tables.delete(key);
      tables.set(key, table);
      return table;
    }
    return undefined;
  }

  keys(): IterableIterator<string> {
    return this.#tables.known.keys();
  }

  /** The table under way, or a new build of it; rejects with `busy` past the bound. A failed build is forgotten. */
  async obtain(wanted: Wanted): Promise<Uint8Array> {
    const ready = this.get(wanted.key);
    if (ready !== undefined) return ready;
    const under = this.#underWay.get(wanted.key);
    if (under !== undefined) return under.table;
    if (!this.#hasRoom(wanted.share)) {
      this.#refused++;
      this.#counter.add({ outcome: "refused" });
      throw new AssayError({ code: "busy", retry_after_s: 1 });
    }
    return this.#start(wanted, true);
  }

  /** Builds the table when those wanted before it are built; nothing waits for it, and a failure is only counted. */
  warm(wanted: Wanted): void {
    if (this.#isAtHand(wanted.key)) return;
    if (this.#warm.size >= WARM_MAX) {
      this.#unwarmed++;
      this.#counter.add({ outcome: "not_in_advance" });
      return;
    }
    this.#warm.set(wanted.key, wanted);
    void this.#warmUp();
  }

  stats(): IndexCacheStats {
    const { known, new: fresh } = this.#tables;
    return {
      maps: known.size + fresh.size,
      bytes: this.#bytes.known + this.#bytes.new,
      dropped: this.#dropped,
      builds: this.#builds,
      failed: this.#failed,
      underWay: this.#underWay.size,
      refused: this.#refused,
      unwarmed: this.#unwarmed,
    };
  }

  #isAtHand(key: string): boolean {
    return this.#tables.known.has(key) || this.#tables.new.has(key) || this.#underWay.has(key);
  }

  /** New hotkeys never hold the places that are left for known ones. */
  #hasRoom(share: IndexShare): boolean {
    const { builds } = this.#options;
    const awaited = [...this.#underWay.values()].filter((under) => under.awaited);
    if (awaited.length >= builds) return false;
    const fresh = awaited.filter((under) => under.share === "new").length;
    return share === "known" || fresh < Math.max(1, Math.floor(builds * NEW_BUILDS));
  }

  async #warmUp(): Promise<void> {
    if (this.#warming) return;
    this.#warming = true;
    // A map shows what is added to it during the loop.
    for (const [key, wanted] of this.#warm) {
      this.#warm.delete(key);
      if (!this.#isAtHand(key)) await this.#start(wanted, false).catch(() => undefined);
    }
    this.#warming = false;
  }

  #start(wanted: Wanted, awaited: boolean): Promise<Uint8Array> {
    const { key, share } = wanted;
    const table = this.#build(wanted).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, { table, share, awaited });
    return table;
  }

  async #build({ key, share, build }: Wanted): Promise<Uint8Array> {
    this.#builds++;
    try {
      const table = await build();
      this.#tables[share].set(key, table);
      this.#bytes[share] += costOf(table);
      this.#shrink();
      this.#gauge.set(this.#bytes.known + this.#bytes.new);
      this.#counter.add({ outcome: "built" });
      return table;
    } catch (error) {
      this.#failed++;
      this.#counter.add({ outcome: "failed" });
      throw error;
    }
  }

  #shrink(): void {
    const { bytes } = this.#options;
    while (this.#bytes.known + this.#bytes.new > bytes) {
      this.#dropOldest(this.#bytes.new > bytes * NEW_BYTES || this.#bytes.known === 0 ? "new" : "known");
    }
  }

  #dropOldest(share: IndexShare): void {
    for (const [key, table] of this.#tables[share]) {
      this.#tables[share].delete(key);
      this.#bytes[share] -= costOf(table);
      this.#dropped++;
      return;
    }
  }
}

const costOf = (table: Uint8Array): number => table.byteLength + TABLE_OVERHEAD;
