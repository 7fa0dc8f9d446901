import type { Clock } from "../../../core/clock.ts";
import type { Log } from "../../../core/log.ts";
import type { Metrics } from "../../../core/metrics.ts";
import { causeText } from "../../../core/problems/assayError.ts";
import type { Connection } from "../connection.ts";
import { isLost, ServerError } from "../failure.ts";
import type { Pool } from "../pool.ts";
import { LagMeter } from "./lag.ts";
import { primaryPosition, replicaPosition } from "./positions.ts";

export interface ReplicaOptions {
  readonly primary: Pick<Pool, "use">;
  readonly pool: Pick<Pool, "use" | "close">;
  /** Beyond this it is not read. */
  readonly maxLagMs: number;
  /** Between two looks at both servers; 1,000. */
  readonly lookMs?: number;
  /** How long a read waits for the replica before the primary is asked; 2,000. */
  readonly readMs?: number;
  /** The server, as it is logged. */
  readonly shown: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** How a read that may be stale is answered by either server. */
export interface StaleRead<T> {
  readonly replica: (connection: Connection) => Promise<T>;
  readonly primary: () => Promise<T>;
  /** Whether the replica's answer will do. */
  readonly willDo: (answer: T) => boolean;
}

function replicaMetrics(metrics: Metrics) {
  return {
    lag: metrics.gauge(
      "assay_store_replica_lag_seconds",
      "How far the replica is behind, at most; -1 when not known",
    ),
    used: metrics.gauge(
      "assay_store_replica_used",
      "1 while the replica answers reads that can be stale, else 0",
    ),
    reads: metrics.counter("assay_store_stale_reads_total", "Reads that can be stale, by who answered", [
      "where",
    ]),
    failed: metrics.counter(
      "assay_store_replica_failed_total",
      "Reads that the replica failed, and the primary answered",
    ),
  };
}

/**
 * Reads that can be stale go to the replica while it is known to be within its bound. Otherwise, and whenever it fails or does not
 * answer in time, the primary is asked: the replica never costs a read an error.
 */
export class Replica {
  readonly #options: ReplicaOptions;
  readonly #metrics: ReturnType<typeof replicaMetrics>;
  readonly #lag = new LagMeter();
  /** Why the replica is not used since the last look; null when it answered. */
  #fault: string | null = "it was not looked at yet";
  #system = "";
  #wasUsed: boolean | null = null;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ReplicaOptions) {
    this.#options = options;
    this.#metrics = replicaMetrics(options.metrics);
  }

  /** Looks at both servers now, and again and again until it is closed. */
  async start(): Promise<void> {
    await this.look();
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.start(), this.#options.lookMs ?? 1000).unref();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#options.pool.close();
  }

  isUsable(): boolean {
    const { clock, maxLagMs } = this.#options;
    return this.#fault === null && this.#lag.lagMs(clock.monotonicMs()) <= maxLagMs;
  }

  async read<T>({ replica, primary, willDo }: StaleRead<T>): Promise<T> {
    const answer = this.isUsable() ? await this.#ask(replica) : null;
    const isEnough = answer !== null && willDo(answer.value);
    this.#metrics.reads.add({ where: isEnough ? "replica" : "primary" });
    return isEnough ? answer.value : primary();
  }

  /** Null when the replica failed. */
  async #ask<T>(work: (connection: Connection) => Promise<T>): Promise<{ readonly value: T } | null> {
    const { pool, readMs = 2000 } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${readMs} ms`)), readMs);
    });
    const asked = pool.use(work).then((value) => ({ value }));
    try {
      return await Promise.race([asked, late]);
    } catch (error) {
      this.#metrics.failed.add();
      this.#failed(error);
      return null;
    } finally {
      clearTimeout(timer);
      asked.catch(() => {});
    }
  }

  /** One that is gone is not asked again before the next look; a conflict with what it replays is of that read alone. */
  #failed(error: unknown): void {
    if (error instanceof ServerError && !isLost(error)) return;
    this.#fault = causeText(error);
    this.#show();
  }

  /** One look at both servers; public for tests. */
  async look(): Promise<void> {
    const { primary, pool, clock } = this.#options;
    // The primary first: what the replica has replayed then is never taken for more than it is.
    const at = clock.monotonicMs();
    try {
      const { system, position } = await primary.use(primaryPosition);
      if (system !== this.#system) this.#lag.forget();
      this.#system = system;
      this.#lag.primary(position, at);
    } catch {
      // Without a sample the lag grows, and past the bound the replica is not used.
    }
    try {
      const { system, position } = await pool.use(replicaPosition);
      if (this.#system !== "" && system !== this.#system)
        throw new Error("the server is not a replica of the primary");
      this.#lag.replayed(position);
      this.#fault = null;
    } catch (error) {
      this.#fault = causeText(error);
    }
    this.#show();
  }

  #show(): void {
    const { clock, log, shown } = this.#options;
    const lagMs = this.#lag.lagMs(clock.monotonicMs());
    const isKnown = Number.isFinite(lagMs);
    const isUsed = this.isUsable();
    this.#metrics.lag.set(isKnown ? lagMs / 1000 : -1);
    this.#metrics.used.set(isUsed ? 1 : 0);
    if (isUsed === this.#wasUsed) return;
    this.#wasUsed = isUsed;
    const lag = isKnown ? { lag_s: Math.round(lagMs / 100) / 10 } : {};
    if (isUsed) log.info("store_replica_used", { server: shown, ...lag });
    else
      log.warn("store_replica_not_used", {
        server: shown,
        ...lag,
        cause: this.#fault ?? "it is behind its bound",
      });
  }
}
