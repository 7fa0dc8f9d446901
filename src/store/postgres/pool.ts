import type { Clock } from "../../core/clock.ts";
import type { Metrics } from "../../core/metrics.ts";
import { BoundedQueue } from "../../core/queue/boundedQueue.ts";
import type { Connection } from "./connection.ts";
import type { Connector } from "./connector.ts";
import { unavailable } from "./failure.ts";

interface Waiter {
  readonly resolve: (connection: Connection) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: NodeJS.Timeout;
}

export interface PoolOptions {
  readonly connector: Connector;
  readonly most: number;
  /** Calls that wait for a connection. */
  readonly waitingMost: number;
  readonly waitMs: number;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** A connection keeps the statements of every epoch that it has met; after this long it is replaced. */
const LIFETIME_MS = 3_600_000;

/** A bounded set of connections, each lent to one call at a time. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #idle: Connection[] = [];
  readonly #waiting: BoundedQueue<Waiter>;
  readonly #size;
  readonly #exhausted;
  #open = 0;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#waiting = new BoundedQueue(options.waitingMost);
    this.#size = options.metrics.gauge("assay_store_connections", "Open connections for reads to PostgreSQL");
    this.#exhausted = options.metrics.counter(
      "assay_store_pool_exhausted_total",
      "Calls refused because no connection came free in time",
    );
  }

  /** Runs the work on a connection of its own. Rejects with `store_unavailable` when none comes free in time. */
  async use<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.#acquire();
    try {
      return await work(connection);
    } finally {
      this.#release(connection);
    }
  }

  /** Closes the idle ones; the others when they are given back. */
  async close(): Promise<void> {
    this.#closed = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift())
      this.#refuse(next, unavailable());
    await Promise.all(this.#idle.splice(0).map((connection) => this.#discard(connection)));
  }

  async #acquire(): Promise<Connection> {
    if (this.#closed) throw unavailable();
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (this.#isFresh(idle)) return idle;
      void this.#discard(idle);
    }
    if (this.#open >= this.#options.most) return this.#wait();
    this.#count(1);
    try {
      return await this.#options.connector.open();
    } catch (error) {
      this.#count(-1);
      throw error;
    }
  }

  #isFresh(connection: Connection): boolean {
    return connection.isUsable && this.#options.clock.monotonicMs() - connection.sinceMs < LIFETIME_MS;
  }

  #wait(): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.remove(waiter);
        this.#exhausted.add();
        reject(unavailable(new Error("no connection came free in time")));
      }, this.#options.waitMs);
      const waiter: Waiter = { resolve, reject, timer };
      if (this.#waiting.push(waiter)) return;
      this.#exhausted.add();
      this.#refuse(waiter, unavailable(new Error("too many calls wait for a connection")));
    });
  }

  #release(connection: Connection): void {
    if (this.#closed || !connection.isUsable) {
      void this.#discard(connection);
      this.#replace();
      return;
    }
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#idle.push(connection);
      return;
    }
    clearTimeout(next.timer);
    next.resolve(connection);
  }

  /** The first call that waits opens the connection that is missing. */
  #replace(): void {
    const next = this.#waiting.shift();
    if (next === undefined) return;
    clearTimeout(next.timer);
    this.#acquire().then(next.resolve, next.reject);
  }

  #refuse({ timer, reject }: Waiter, error: unknown): void {
    clearTimeout(timer);
    reject(error);
  }

  async #discard(connection: Connection): Promise<void> {
    this.#count(-1);
    await connection.close();
  }

  #count(by: number): void {
    this.#open += by;
    this.#size.set(this.#open);
  }
}
