import type { Metrics } from "../../core/metrics.ts";

/** Something that holds bytes for a client: a connection or a stream. */
export interface Holder {
  /** Ends it at once; what it holds is freed. */
  cut(): void;
}

/** All clients together; an answer or an unfinished message is rarely above 1 MiB, and what is read is held for milliseconds. */
export const maxHeldBytes = 67_108_864;

/**
 * The bytes that clients make the process hold: requests and messages that are not whole, requests that wait for their turn, answers
 * and frames that are not sent. They have one budget. Past it, the client that has held bytes for the longest is cut: it neither
 * reads nor ends what it began.
 */
export class HeldBytes {
  readonly #limit: number;
  /** In the order in which they began to hold. */
  readonly #held = new Map<Holder, number>();
  readonly #gauge;
  readonly #cut;
  #total = 0;
  #published = 0;

  constructor(limit: number, metrics: Metrics) {
    this.#limit = limit;
    this.#gauge = metrics.gauge(
      "assay_http_held_bytes",
      "Bytes of clients in memory: unread, unfinished, unsent",
    );
    this.#gauge.set(0);
    this.#cut = metrics.counter(
      "assay_http_held_bytes_cut_total",
      "Connections cut because all together held too many bytes",
    );
  }

  get total(): number {
    return this.#total;
  }

  /** States what a holder holds now. May cut holders, this one included. */
  set(holder: Holder, bytes: number): void {
    const before = this.#held.get(holder) ?? 0;
    if (bytes === before) return;
    this.#total += bytes - before;
    if (bytes === 0) this.#held.delete(holder);
    else this.#held.set(holder, bytes);
    for (const [oldest] of this.#held) {
      if (this.#total <= this.#limit) break;
      this.#cut.add();
      this.set(oldest, 0);
      oldest.cut();
    }
  }

  publish(): void {
    if (this.#total !== this.#published) this.#gauge.set(this.#total);
    this.#published = this.#total;
  }
}
