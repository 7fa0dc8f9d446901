import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Metrics } from "../../core/metrics.ts";
import { AssayError, causeText } from "../../core/problems/assayError.ts";
import type { Connection } from "./connection.ts";
import { asFailure, isLost, isRetryable, unavailable } from "./failure.ts";
import type { Pool } from "./pool.ts";
import type { Replica } from "./replica/replica.ts";
import type { Runnable, RunnableAlone, RunnableRead } from "./runnable.ts";
import type { ArgsOf, OperationName, Operations, ResultOf } from "./tables/operations.ts";
import type { Writer, WriterMeasures } from "./writer.ts";

export interface ChannelOptions {
  readonly operations: Operations;
  readonly pool: Pool;
  readonly replica: Replica | null;
  readonly writer: Writer;
  /** For what goes in groups of its own. */
  readonly apart: Writer;
  /** Calls that may wait in all. */
  readonly queueMax: number;
  readonly shown: string;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** Times that a read, or an operation of its own, is run again after a conflict. */
const TRIES_MOST = 4;

function storeMetrics(metrics: Metrics) {
  return {
    waiting: metrics.gauge("assay_store_waiting", "Calls that the store has not answered"),
    refused: metrics.counter("assay_store_refused_total", "Calls refused because too many were waiting"),
    failed: metrics.counter("assay_store_failed_total", "Calls that the store failed"),
    wait: metrics.histogram("assay_store_wait_seconds", "From a call to its answer"),
  };
}

/** Measures of groups, under the names that the embedded store has for them. */
export function writerMeasures(metrics: Metrics): WriterMeasures {
  const writes = metrics.counter("assay_store_writes_total", "Writes; per group, the mean size of a group");
  const groups = metrics.counter("assay_store_groups_total", "Transactions that held the writes");
  const group = metrics.histogram("assay_store_group_seconds", "From a group's first write to its commit");
  const retries = metrics.counter("assay_store_retries_total", "Groups run again after a conflict");
  return {
    group: (count, seconds) => {
      groups.add();
      writes.add({}, count);
      group.observe(seconds);
    },
    retried: () => retries.add(),
  };
}

/** Runs the operations that the port's calls name: reads on connections of the pool, writes in groups. */
export class Channel {
  readonly #options: ChannelOptions;
  readonly #metrics: ReturnType<typeof storeMetrics>;
  #waiting = 0;
  #closing: Promise<void> | null = null;
  #drained: (() => void) | null = null;

  constructor(options: ChannelOptions) {
    this.#options = options;
    this.#metrics = storeMetrics(options.metrics);
  }

  /** Rejects with `store_unavailable` when too many calls wait, the server cannot be reached, or the store is closed. */
  async call<K extends OperationName>(name: K, args: ArgsOf<K>): Promise<ResultOf<K>> {
    const { queueMax, clock, operations } = this.#options;
    if (this.#closing !== null) throw unavailable();
    if (this.#waiting >= queueMax) {
      this.#metrics.refused.add();
      throw unavailable();
    }
    const since = clock.monotonicMs();
    this.#metrics.waiting.set(++this.#waiting);
    try {
      return (await this.#run(operations[name] as unknown as Runnable, args)) as ResultOf<K>;
    } catch (error) {
      throw this.#failed(error);
    } finally {
      this.#metrics.waiting.set(--this.#waiting);
      this.#metrics.wait.observe((clock.monotonicMs() - since) / 1000);
      if (this.#waiting === 0) this.#drained?.();
    }
  }

  /** Answers the waiting calls, then closes the connections. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    if (this.#waiting > 0)
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    const { writer, apart, pool, replica } = this.#options;
    await Promise.all([writer.close(), apart.close(), pool.close(), replica?.close()]);
  }

  async #run(operation: Runnable, args: readonly unknown[]): Promise<unknown> {
    if (operation.kind === "read") return this.#read(operation, args);
    if (operation.kind === "alone") return this.#runAlone(operation, args);
    const { writer, apart } = this.#options;
    const isApart = operation.kind === "batch" && operation.isApart;
    const settled = await (isApart ? apart : writer).push({ operation, args });
    if (settled === null) throw unavailable();
    if ("error" in settled) throw settled.error;
    return settled.value;
  }

  #read(operation: RunnableRead, args: readonly unknown[]): Promise<unknown> {
    const { replica } = this.#options;
    const primary = () => this.#runAlone(operation, args);
    if (replica === null || operation.stale === null) return primary();
    return replica.read({
      replica: (connection) => transact(connection, operation, args),
      ...{ primary, willDo: operation.stale },
    });
  }

  /** In a transaction of its own. Reads see one moment of the store. */
  async #runAlone(operation: RunnableRead | RunnableAlone, args: readonly unknown[]): Promise<unknown> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#options.pool.use((connection) => transact(connection, operation, args));
      } catch (error) {
        if (!isRetryable(error) || tries >= TRIES_MOST) throw error;
      }
    }
  }

  #failed(error: unknown): Error {
    this.#metrics.failed.add();
    const failure = asFailure(error, this.#options.shown);
    if (failure instanceof AssayError && failure.cause !== undefined)
      this.#options.log.error("store_call_failed", {
        problem: failure.code,
        cause: causeText(failure.cause),
        ...(isLost(error) ? { lost: true } : {}),
      });
    return failure;
  }
}

async function transact(
  connection: Connection,
  { kind, run }: RunnableRead | RunnableAlone,
  args: readonly unknown[],
): Promise<unknown> {
  connection.begin(kind === "read" ? "ISOLATION LEVEL REPEATABLE READ READ ONLY" : "");
  let value: unknown;
  try {
    value = await run(connection, ...args);
  } catch (error) {
    await connection.rollback();
    throw error;
  }
  if (kind === "read") connection.ahead("COMMIT");
  else await connection.commit();
  return value;
}
