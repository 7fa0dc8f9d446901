import type { ServerResponse } from "node:http";
import type { Clock } from "../../core/clock.ts";
import type { Counter, Gauge, Metrics } from "../../core/metrics.ts";
import { AssayError } from "../../core/problems/assayError.ts";
import type { EventName } from "./names.ts";
import { EventRing, type HeldEvent } from "./ring.ts";

export interface EventHubOptions {
  /** Streams at once. */
  readonly streams: number;
  /** Events held for readers that come back. */
  readonly held?: number;
  /** Bytes that a reader may leave unread. */
  readonly unread?: number;
  readonly commentMs?: number;
}

export interface EventHubModules {
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** An hour of a busy network; some 100 bytes each. */
const HELD = 1024;
/** A minute of overviews, beyond what the kernel buffers. */
const UNREAD = 131_072;
const COMMENT_MS = 15_000;
const RETRY_AFTER_S = 10;
/** What a browser waits before it connects again. */
const RETRY_MS = 3000;

const comment = Buffer.from(":\n\n");
const retry = Buffer.from(`retry: ${RETRY_MS}\n\n`);

function eventOf(id: number, name: EventName, json: string): HeldEvent {
  return { id, bytes: Buffer.from(`id: ${id}\nevent: ${name}\ndata: ${json}\n\n`) };
}

/**
 * Server-sent events for any number of readers: each event is serialised once, and all readers are written the same bytes. A reader that
 * leaves more than a bound unread is cut off. Numbers begin at the time of the start, so those of an earlier start are unknown here.
 */
export class EventHub {
  readonly #options: Required<EventHubOptions>;
  readonly #ring: EventRing;
  readonly #readers = new Set<ServerResponse>();
  readonly #open: Gauge;
  readonly #refused: Counter;
  readonly #cut: Counter;
  readonly #published: Counter;
  /** The newest overview: older ones are worth nothing, so they are not held. */
  #overview: string | null = null;
  #comments: NodeJS.Timeout | null = null;
  #onReader: (() => void) | null = null;
  #closed = false;

  constructor(options: EventHubOptions, { clock, metrics }: EventHubModules) {
    this.#options = { held: HELD, unread: UNREAD, commentMs: COMMENT_MS, ...options };
    this.#ring = new EventRing(this.#options.held, clock.nowMs() * 1000);
    this.#open = metrics.gauge("assay_event_streams", "Open streams of events");
    this.#open.set(0);
    this.#published = metrics.counter("assay_events_total", "Events published", ["event"]);
    this.#refused = metrics.counter(
      "assay_event_streams_refused_total",
      "Streams of events refused because too many were open",
    );
    this.#cut = metrics.counter(
      "assay_event_streams_dropped_total",
      "Streams of events cut off because their reader did not keep up",
    );
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** Calls back whenever a reader comes. */
  onReader(callback: () => void): void {
    this.#onReader = callback;
  }

  /** `json`: one line. */
  publish(name: EventName, json: string): void {
    if (this.#closed) return;
    const event = eventOf(this.#ring.next(), name, json);
    if (name === "overview") this.#overview = json;
    else this.#ring.hold(event);
    this.#published.add({ event: name });
    for (const reader of this.#readers) this.#write(reader, event.bytes);
  }

  /** Nobody followed what happened: who comes back loads everything anew. */
  forget(): void {
    this.#ring.clear();
    this.#overview = null;
  }

  /** Throws `too_many_event_streams`. */
  requireRoom(): void {
    if (this.#readers.size < this.#options.streams) return;
    this.#refused.add();
    throw new AssayError({
      code: "too_many_event_streams",
      limit: this.#options.streams,
      retry_after_s: RETRY_AFTER_S,
    });
  }

  /** Adds a reader whose head is sent; `lastId`: what it has seen, null when it comes for the first time. */
  add(reader: ServerResponse, lastId: number | null): void {
    // One whose client has left by now takes no place, and nothing can be written to it.
    if (reader.destroyed) return;
    const missed = lastId === null ? [] : this.#ring.after(lastId);
    reader.write(retry);
    if (missed === null) this.#tell(reader, "reset", "{}");
    for (const { bytes } of missed ?? []) reader.write(bytes);
    if (this.#overview !== null) this.#tell(reader, "overview", this.#overview);
    if (this.#closed) {
      reader.end();
      return;
    }
    this.#readers.add(reader);
    this.#open.set(this.#readers.size);
    reader.once("close", () => this.#left(reader));
    reader.once("error", () => this.#left(reader));
    this.#comments ??= setInterval(() => this.#comment(), this.#options.commentMs).unref();
    this.#onReader?.();
  }

  /** Ends every stream; its reader is told when to come back. */
  close(): void {
    this.#closed = true;
    for (const reader of [...this.#readers]) {
      this.#left(reader);
      reader.end(retry);
    }
  }

  /** An event for one reader, under a number of its own, so that numbers only rise. */
  #tell(reader: ServerResponse, name: EventName, json: string): void {
    reader.write(eventOf(this.#ring.next(), name, json).bytes);
  }

  #comment(): void {
    for (const reader of this.#readers) this.#write(reader, comment);
  }

  #write(reader: ServerResponse, bytes: Buffer): void {
    if (reader.writableLength + bytes.length <= this.#options.unread) {
      reader.write(bytes);
      return;
    }
    this.#cut.add();
    this.#left(reader);
    reader.destroy();
  }

  #left(reader: ServerResponse): void {
    this.#readers.delete(reader);
    this.#open.set(this.#readers.size);
    if (this.#readers.size > 0 || this.#comments === null) return;
    clearInterval(this.#comments);
    this.#comments = null;
  }
}
