import { BoundedMap } from "../../../core/queue/boundedMap.ts";

/** The runtime in force, the one before it, and one that a node is ahead with; each takes about 0.4 MB. */
const KEPT = 3;
/** How long others wait for the session that fetches first, ms; then they fetch themselves. */
const WAIT_MS = 2000;

interface Fetch {
  readonly ended: Promise<void>;
  readonly end: () => void;
}

/** Metadata by the hash of its runtime's code: fetched by one session, kept once, and there for a reconnect. */
export class MetadataCache {
  readonly #kept = new BoundedMap<string, Uint8Array>(KEPT);
  readonly #fetches = new BoundedMap<string, Fetch>(KEPT);
  readonly #waitMs: number;

  constructor(waitMs: number = WAIT_MS) {
    this.#waitMs = waitMs;
  }

  /** Null where the caller is to fetch it, and to give it to `setMetadata`. */
  readonly getMetadata = async (codeHash: string): Promise<Uint8Array | null> => {
    const kept = this.#kept.get(codeHash);
    if (kept !== undefined) return kept;
    const fetch = this.#fetches.peek(codeHash);
    if (fetch === undefined) {
      this.#begin(codeHash);
      return null;
    }
    await fetch.ended;
    return this.#kept.get(codeHash) ?? null;
  };

  readonly setMetadata = (codeHash: string, metadata: Uint8Array): void => {
    this.#kept.set(codeHash, metadata);
    this.#fetches.peek(codeHash)?.end();
  };

  #begin(codeHash: string): void {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const end = (): void => {
      clearTimeout(timer);
      this.#fetches.delete(codeHash);
      resolve();
    };
    // A node may never answer; nothing waits for it at the end of the process.
    const timer = setTimeout(end, this.#waitMs);
    timer.unref();
    this.#fetches.set(codeHash, { ended, end });
  }
}
