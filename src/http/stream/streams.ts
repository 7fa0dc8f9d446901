import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Metrics } from "../../core/metrics.ts";
import type { LinkListener } from "../../flow/link.ts";
import type { HeldBytes } from "../wire/heldBytes.ts";
import { Corks } from "./corks.ts";
import { StreamMeasures } from "./measures.ts";
import type { StreamOptions } from "./options.ts";
import { MinerStream, type StreamShared } from "./stream.ts";

/** The most ended streams whose sockets are still closing; past it the oldest is cut. */
const maxClosing = 256;

/** Sockets whose miners do not answer the close frame are cut after this. */
const closingMs = 2000;

export interface StreamsModules {
  readonly listener: LinkListener;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly held: HeldBytes;
  /** Names of the push lanes. */
  readonly lanes: readonly string[];
  /** Their kinds of work; every kind when absent. */
  readonly kinds?: readonly string[];
}

/**
 * All streams: per hotkey at most one that has sent its `hello`, and one more that has not. The newest wins: among those
 * that have not, when it is made; among those that have, when its `hello` arrives.
 */
export class Streams {
  readonly #live = new Set<MinerStream>();
  readonly #greeting = new Map<string, MinerStream>();
  readonly #open = new Map<string, MinerStream>();
  readonly #closing = new Set<MinerStream>();
  readonly #options: StreamOptions;
  readonly #shared: StreamShared;
  readonly #timer: NodeJS.Timeout;
  #onEmpty: (() => void) | null = null;

  constructor(options: StreamOptions, modules: StreamsModules) {
    const { listener, clock, log, metrics, lanes, kinds, held } = modules;
    this.#options = options;
    this.#shared = {
      listener,
      clock,
      log,
      lanes,
      held,
      kinds: kinds === undefined ? null : new Set(kinds),
      measures: new StreamMeasures(metrics),
      corks: new Corks(),
      greeted: (stream) => this.#greeted(stream),
      ended: (stream) => this.#ended(stream),
      gone: (stream) => this.#gone(stream),
    };
    this.#timer = setInterval(() => this.#look(), options.lookMs);
    this.#timer.unref();
  }

  /** Streams that have not ended. */
  get count(): number {
    return this.#live.size;
  }

  add(ws: WebSocket, socket: Duplex, hotkey: string): void {
    this.#greeting.get(hotkey)?.close("replaced");
    const stream = new MinerStream(ws, socket, hotkey, this.#options, this.#shared);
    this.#live.add(stream);
    this.#greeting.set(hotkey, stream);
    this.#shared.measures.opened();
  }

  /** Ends all. Resolves when their sockets are closed; cuts those still open after `graceMs` or 2 s. */
  async close(graceMs: number): Promise<void> {
    clearInterval(this.#timer);
    for (const stream of [...this.#live]) stream.close("shutting_down");
    if (!(await this.#emptied(Math.min(graceMs, closingMs)))) {
      for (const stream of this.#closing) stream.cut();
      await this.#emptied(closingMs);
    }
    this.#shared.measures.publish(this.count);
  }

  /** Whether the last socket closed within `withinMs`. */
  async #emptied(withinMs: number): Promise<boolean> {
    if (this.#closing.size === 0) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), withinMs);
    this.#onEmpty = () => resolve(true);
    const emptied = await promise;
    clearTimeout(timer);
    return emptied;
  }

  #look(): void {
    const now = this.#shared.clock.monotonicMs();
    for (const stream of this.#live) stream.look(now);
    this.#shared.measures.publish(this.count);
  }

  #greeted(stream: MinerStream): void {
    const older = this.#open.get(stream.hotkey);
    this.#greeting.delete(stream.hotkey);
    this.#open.set(stream.hotkey, stream);
    older?.close("replaced");
  }

  #ended(stream: MinerStream): void {
    this.#live.delete(stream);
    for (const named of [this.#greeting, this.#open])
      if (named.get(stream.hotkey) === stream) named.delete(stream.hotkey);
    this.#closing.add(stream);
    const [oldest] = this.#closing;
    if (this.#closing.size <= maxClosing || oldest === undefined) return;
    this.#closing.delete(oldest);
    oldest.cut();
  }

  #gone(stream: MinerStream): void {
    this.#closing.delete(stream);
    if (this.#closing.size === 0) this.#onEmpty?.();
  }
}
