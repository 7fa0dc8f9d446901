import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Metrics } from "../../core/metrics.ts";
import { AssayError } from "../../core/problems/assayError.ts";
import { type Random, systemRandom } from "../../core/random.ts";
import type { NudgeTopic } from "../../flow/nudges.ts";
import type { Store } from "../../flow/store.ts";
import { COPYING_NOTE } from "../records/copying.ts";
import { addressOf } from "./address.ts";
import { Channel, writerMeasures } from "./channel.ts";
import type { Connection } from "./connection.ts";
import { Connector, type Timeouts, timeouts } from "./connector.ts";
import { takeStore } from "./exclusive.ts";
import { type BeforeUpgrade, knownVersion, migrate, refuseUpgrade, versionOf } from "./migrations/migrate.ts";
import { NudgeLine } from "./nudgeLine.ts";
import { opened } from "./opened.ts";
import { Pool } from "./pool.ts";
import { openReplica, type ReplicaAt } from "./replica/open.ts";
import { first, statement } from "./sql.ts";
import { storeOver } from "./storeOver.ts";
import { makeOperations } from "./tables/operations.ts";
import { SpendMemory } from "./tables/spends/memory.ts";
import { sweepSpents } from "./tables/spends/sweeper.ts";
import { Writer } from "./writer.ts";

export interface PostgresStoreOptions {
  /** `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with `?sslmode=` and the like. */
  readonly url: string;
  /** For reads that can be stale. */
  readonly replica?: ReplicaAt;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly random?: Random;
  /** Connections for reads; two more write, and one hears of what other processes commit. 8. */
  readonly connections?: number;
  /** How long a group of writes collects calls after the one before it; 2. */
  readonly groupMs?: number;
  /** Writes that share one transaction; 256. */
  readonly groupMax?: number;
  /** Calls that may wait in all; 4,096: a few seconds of work, far more than the admission gate lets in. */
  readonly queueMax?: number;
  /** How long a read waits for a connection; 2,000. */
  readonly poolWaitMs?: number;
  readonly limits?: Partial<Timeouts>;
  /**
   * `alone`: for a tool that changes what a validator relies on, while no process of a validator has the store open. `shared`: for
   * these. No lock when left out.
   */
  readonly use?: "alone" | "shared";
  /** `manual`: tables of an earlier version are refused with `store_too_old`; `auto` when left out. */
  readonly upgrade?: "auto" | "manual";
  /** How the server names the session; `assay`. */
  readonly name?: string;
}

/**
 * Opens the PostgreSQL store, and makes its tables in an empty database. Throws `store_url_invalid`, `store_unreachable`,
 * `store_too_new`, `store_foreign`, `store_copying` or `store_not_durable`.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { log, metrics, clock, random = systemRandom, queueMax = 4096 } = options;
  const address = addressOf(options.url);
  const { shown } = address;
  // A text that is none is refused before anything is opened.
  if (options.replica !== undefined) addressOf(options.replica.url);
  const limits = { ...timeouts, ...options.limits };
  const name = options.name ?? "assay";
  const purpose = "writable" as const;
  const session = { name, log, metrics, clock, random };
  const committed = (topics: ReadonlySet<NudgeTopic>): void => nudges.tell(topics);
  const connector = new Connector({ address, purpose, limits, ...session, committed });
  const nudges = new NudgeLine({ connector, log, metrics });
  const lock = options.use === undefined ? null : await takeStore(connector, shown, options.use);
  try {
    await prepare(
      connector,
      shown,
      options.upgrade === "manual" ? refuseUpgrade(shown) : announce(log, shown),
    );
  } catch (error) {
    await lock?.close();
    throw error;
  }
  log.info("store_opened", { server: shown });
  const { connections: most = 8, groupMs = 2, groupMax = 256, poolWaitMs: waitMs = 2000 } = options;
  const pool = new Pool({ connector, most, waitingMost: queueMax, waitMs, clock, metrics });
  const measures = writerMeasures(metrics);
  const writing = { connector, groupMs, groupMax, queueMax, clock, random, measures };
  const [writer, apart] = [new Writer(writing), new Writer(writing)];
  const spent = new SpendMemory();
  const operations = makeOperations(spent);
  const reading = { ...session, primary: pool, most, waitingMost: queueMax };
  const replica = options.replica === undefined ? null : await openReplica(options.replica, reading);
  const parts = { operations, pool, replica, writer, apart };
  const channel = new Channel({ ...parts, queueMax, shown, log, metrics, clock });
  const endSweeps = sweepSpents(spent, () => channel.call("sweepSpent", []));
  const store = storeOver(channel, nudges);
  return {
    ...store,
    close: async () => {
      endSweeps();
      await store.close();
      await nudges.close();
      await lock?.close();
    },
  };
}

/** Whether a start has made the tables; changes nothing. Throws what opening throws. */
export async function isMade(options: PostgresStoreOptions): Promise<boolean> {
  const { log, metrics, clock, random = systemRandom, name = "assay" } = options;
  const address = addressOf(options.url);
  const of = { address, purpose: "any", name, limits: { ...timeouts, ...options.limits } } as const;
  const connection = await opened(new Connector({ ...of, log, metrics, clock, random }), address.shown);
  try {
    return (await versionOf(connection)) > 0;
  } finally {
    await connection.close();
  }
}

const copying = statement("store_copying", "SELECT 1 FROM notes WHERE key = $1");

/** Throws `store_copying` for the target of a copy that has not ended: it lacks records. */
async function refuseUnfinished(connection: Connection, shown: string): Promise<void> {
  if ((await first(connection, copying, [COPYING_NOTE])) === undefined) return;
  throw new AssayError({ code: "store_copying", file: shown });
}

/** A start cannot make the backup of a server. */
function announce(log: Log, server: string): BeforeUpgrade {
  return (from) =>
    log.warn("store_upgrade", {
      ...{ server, from, to: knownVersion },
      remedy: "the server's backup from before is the way back; store.upgrade: manual asks for it first",
    });
}

async function prepare(connector: Connector, shown: string, before: BeforeUpgrade): Promise<void> {
  const connection = await opened(connector, shown);
  try {
    await migrate(connection, shown, before);
    await refuseUnfinished(connection, shown);
  } finally {
    await connection.close();
  }
}
