import { AssayError } from "../core/problems/assayError.ts";
import { BoundedMap } from "../core/queue/boundedMap.ts";

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
}

/** Reverse indexes, the least recently used dropped first; one build per key at a time, a bounded number of builds in all. */
export class IndexCache {
  readonly #tables: BoundedMap<string, Uint8Array>;
  readonly #underWay = new Map<string, Promise<Uint8Array>>();
  readonly #buildsMax: number;
  #builds = 0;
  #failed = 0;
  #refused = 0;

  constructor(options: { maps: number; builds: number }) {
    this.#tables = new BoundedMap(options.maps);
    this.#buildsMax = options.builds;
  }

  get(key: string): Uint8Array | undefined {
    return this.#tables.get(key);
  }

  /** The table under way, or a new build of it; rejects with `busy` past the bound. A failed build is forgotten. */
  async obtain(key: string, build: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const known = this.#tables.get(key) ?? this.#underWay.get(key);
    if (known !== undefined) return known;
    if (this.#underWay.size >= this.#buildsMax) {
      this.#refused++;
      throw new AssayError({ code: "busy", retry_after_s: 1 });
    }
    const building = this.#build(key, build).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, building);
    return building;
  }

  async #build(key: string, build: () => Promise<Uint8Array>): Promise<Uint8Array> {
    this.#builds++;
    try {
      const table = await build();
      this.#tables.set(key, table);
      return table;
    } catch (error) {
      this.#failed++;
      throw error;
    }
  }

  stats(): IndexCacheStats {
    let bytes = 0;
    for (const table of this.#tables.values()) bytes += table.byteLength;
    return {
      maps: this.#tables.size,
      bytes,
      dropped: this.#tables.dropped,
      builds: this.#builds,
      failed: this.#failed,
      underWay: this.#underWay.size,
      refused: this.#refused,
    };
  }
}
