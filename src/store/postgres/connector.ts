import pg from "pg";
import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Metrics } from "../../core/metrics.ts";
import { AssayError, causeText } from "../../core/problems/assayError.ts";
import type { Random } from "../../core/random.ts";
import type { NudgeTopic } from "../../flow/nudges.ts";
import { text } from "../records/rows.ts";
import type { Address } from "./address.ts";
import { Connection, typesOfColumns } from "./connection.ts";
import { unavailable } from "./failure.ts";
import { first, statement } from "./sql.ts";

/** Limits of a session. */
export interface Timeouts {
  readonly connectMs: number;
  /** One statement, and a wait for a lock. A statement of a group takes milliseconds. */
  readonly statementMs: number;
  readonly lockMs: number;
  /** A transaction that its process forgot must not hold locks. */
  readonly idleInTransactionMs: number;
}

export const timeouts: Timeouts = {
  connectMs: 5000,
  statementMs: 30_000,
  lockMs: 5000,
  idleInTransactionMs: 10_000,
};

/** Of a group of writes: clients wait for it, and others behind it; with the silence below that is less than they wait. */
export const groupTimeouts = { statementMs: 6000, lockMs: 4000 } as const;

/** The wait after the first failed attempt; it doubles up to the most. */
const BACK_OFF_MS = 100;
const BACK_OFF_MOST_MS = 5000;
/** What the client waits for an answer beyond the server's own limit: a network that is silent. */
const SILENCE_MS = 5000;

/** What a connection must be: `writable` on a primary; `any` on a replica. */
export type Purpose = "writable" | "any";

export interface ConnectorOptions {
  readonly address: Address;
  readonly purpose: Purpose;
  readonly name: string;
  readonly limits: Timeouts;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly random: Random;
  /** Told the topics of what its connections committed. */
  readonly committed?: (topics: ReadonlySet<NudgeTopic>) => void;
}

const settings = statement(
  "session_settings",
  `SELECT current_setting('synchronous_commit') AS synchronous, pg_is_in_recovery()::int AS standby,
     current_setting('default_transaction_read_only') AS frozen`,
);

/** The planner's figures of a new partition say that it is empty, and plans are kept: what has an index must use it. */
const setUp =
  "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off";

/** Opens connections; after a failed attempt none is tried until a wait is over, which grows with each failure. */
export class Connector {
  readonly #options: ConnectorOptions;
  readonly #opened;
  readonly #failed;
  #failures = 0;
  #notBefore = 0;

  constructor(options: ConnectorOptions) {
    this.#options = options;
    const { metrics } = options;
    this.#opened = metrics.counter(
      "assay_store_connections_opened_total",
      "Connections opened to PostgreSQL",
    );
    this.#failed = metrics.counter("assay_store_connections_failed_total", "Connections that failed to open");
  }

  /** Statements and locks have at most the given time. Rejects with `store_unavailable`, or with `store_not_durable`. */
  async open(most: Pick<Timeouts, "statementMs" | "lockMs"> = this.#options.limits): Promise<Connection> {
    const { clock, limits, committed } = this.#options;
    if (clock.monotonicMs() < this.#notBefore) throw unavailable();
    const statementMs = Math.min(limits.statementMs, most.statementMs);
    const lockMs = Math.min(limits.lockMs, most.lockMs);
    const client = new pg.Client(this.#config({ ...limits, statementMs, lockMs }));
    const connection = new Connection(client, clock.monotonicMs(), committed);
    try {
      await client.connect();
      await connection.command(setUp);
      await this.#check(connection);
    } catch (error) {
      await connection.close();
      throw this.#refused(error);
    }
    this.#failures = 0;
    this.#opened.add();
    return connection;
  }

  #config({ connectMs, statementMs, lockMs, idleInTransactionMs }: Timeouts): pg.ClientConfig {
    const { address, name } = this.#options;
    const { host, port, database, user, password, ssl } = address;
    return {
      ...{ host, port, database, ssl, application_name: name, types: typesOfColumns, pipeline: true },
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
      ...{ keepAlive: true, keepAliveInitialDelayMillis: 10_000, connectionTimeoutMillis: connectMs },
      ...{ statement_timeout: statementMs, lock_timeout: lockMs, query_timeout: statementMs + SILENCE_MS },
      idle_in_transaction_session_timeout: idleInTransactionMs,
    };
  }

  async #check(connection: Connection): Promise<void> {
    const { address, purpose } = this.#options;
    const row = await first(connection, settings);
    if (purpose === "any") return;
    if (row?.standby === 1 || text(row, "frozen") === "on") throw new Error("the server takes no writes");
    if (text(row, "synchronous") !== "off") return;
    const found = "synchronous_commit is off (want on)";
    throw new AssayError({ code: "store_not_durable", file: address.shown, found });
  }

  #refused(error: unknown): AssayError {
    const { clock, random, log, address } = this.#options;
    this.#failed.add();
    const now = clock.monotonicMs();
    // Those that were tried at the same time failed together, which is one failure.
    if (now >= this.#notBefore) {
      const wait = Math.min(BACK_OFF_MS * 2 ** this.#failures++, BACK_OFF_MOST_MS);
      this.#notBefore = now + wait * (0.5 + random.unit() / 2);
    }
    log.warn("store_connection_failed", { server: address.shown, cause: causeText(error) });
    return error instanceof AssayError ? error : unavailable(error);
  }
}
