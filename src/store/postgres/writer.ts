import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../core/clock.ts";
import { BoundedQueue } from "../../core/queue/boundedQueue.ts";
import type { Random } from "../../core/random.ts";
import type { Connection } from "./connection.ts";
import { type Connector, groupTimeouts } from "./connector.ts";
import { isRetryable } from "./failure.ts";
import { type Call, runGroup } from "./group.ts";
import type { Settled } from "./tables/operation.ts";

/** Times that a group is run again after a deadlock or another conflict; with the waits some 2 s. */
const TRIES_MOST = 6;
/** No group is run again once it has taken this long: those who call, and those behind them, would wait longer than a client does. */
const PATIENCE_MS = groupTimeouts.lockMs;
const RETRY_MS = 10;

interface Waiting extends Call {
  readonly settle: (settled: Settled<unknown>) => void;
}

export interface WriterMeasures {
  group(writes: number, seconds: number): void;
  retried(): void;
}

export interface WriterOptions {
  readonly connector: Connector;
  readonly groupMs: number;
  readonly groupMax: number;
  readonly queueMax: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly measures: WriterMeasures;
}

/**
 * Group commits over one connection of its own. A group that follows another waits until `groupMs` after it, so that calls
 * collect; a call that comes alone does not wait. While other processes have their turn, calls join the group that waits for its own.
 */
export class Writer {
  readonly #options: WriterOptions;
  readonly #queue: BoundedQueue<Waiting>;
  #connection: Connection | null = null;
  #running = false;
  #scheduled = false;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#queue = new BoundedQueue(options.queueMax);
  }

  /** Resolves once the call is committed or has failed; null when too many wait. */
  push(call: Call): Promise<Settled<unknown>> | null {
    return this.#queue.length >= this.#queue.limit
      ? null
      : new Promise((settle) => {
          this.#queue.push({ ...call, settle });
          this.#schedule();
        });
  }

  async close(): Promise<void> {
    await this.#connection?.close();
    this.#connection = null;
  }

  /** Calls of one turn of the event loop share a group. */
  #schedule(): void {
    if (this.#running || this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#work();
    });
  }

  async #work(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    while (this.#queue.length > 0) {
      const group: Waiting[] = [];
      this.#fill(group);
      await this.#commit(group);
      if (group.length > 1 && this.#queue.length < this.#options.groupMax) await sleep(this.#options.groupMs);
    }
    this.#running = false;
  }

  #fill(group: Waiting[]): void {
    while (group.length < this.#options.groupMax) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      group.push(next);
    }
  }

  async #commit(group: Waiting[]): Promise<void> {
    const { clock, measures } = this.#options;
    const began = clock.monotonicMs();
    let settled: readonly Settled<unknown>[];
    try {
      settled = await this.#insist(group);
      measures.group(group.length, (clock.monotonicMs() - began) / 1000);
    } catch (error) {
      settled = group.map(() => ({ error }));
    }
    group.forEach(({ settle }, index) => {
      settle(settled[index] ?? { error: new Error("a call was not answered") });
    });
  }

  async #insist(group: Waiting[]): Promise<readonly Settled<unknown>[]> {
    const { clock, random, measures } = this.#options;
    const since = clock.monotonicMs();
    for (let tries = 1; ; tries++) {
      try {
        return await runGroup(await this.#connected(), group, () => this.#fill(group));
      } catch (error) {
        const isLate = clock.monotonicMs() - since > PATIENCE_MS;
        if (!isRetryable(error) || isLate || tries >= TRIES_MOST) throw error;
        measures.retried();
        await sleep(RETRY_MS * 2 ** tries * (0.5 + random.unit()));
      }
    }
  }

  async #connected(): Promise<Connection> {
    const { clock, connector } = this.#options;
    const current = this.#connection;
    if (current?.isUsable && clock.monotonicMs() - current.sinceMs < LIFETIME_MS) return current;
    this.#connection = null;
    if (current !== null) void current.close();
    this.#connection = await connector.open(groupTimeouts);
    return this.#connection;
  }
}

/** As for the pool: a connection keeps the statements of every epoch that it has met. */
const LIFETIME_MS = 3_600_000;
