import type { Metrics } from "../../../core/metrics.ts";
import { addressOf } from "../address.ts";
import { Connector, type ConnectorOptions, timeouts } from "../connector.ts";
import { Pool } from "../pool.ts";
import { Replica } from "./replica.ts";

export interface ReplicaAt {
  readonly url: string;
  /** Beyond this it is not read; 10,000. */
  readonly maxLagMs?: number;
  readonly lookMs?: number;
}

export interface ReplicaModules
  extends Pick<ConnectorOptions, "name" | "log" | "metrics" | "clock" | "random"> {
  readonly primary: Pool;
  readonly most: number;
  readonly waitingMost: number;
}

/** A read that the replica does not answer in time is the primary's, so waiting longer is of no use. */
const ANSWER_MS = 2000;

/** The measures of connections, under names of the replica's own. */
function ownNames(metrics: Metrics): Metrics {
  const own = (name: string) => name.replace("assay_store_", "assay_store_replica_");
  return {
    counter: (name, help, labels) => metrics.counter(own(name), help, labels),
    gauge: (name, help, labels) => metrics.gauge(own(name), help, labels),
    histogram: (name, help, labels, buckets) => metrics.histogram(own(name), help, labels, buckets),
  };
}

/** Opens a replica, which need not be there yet. Throws `store_url_invalid`. */
export async function openReplica(at: ReplicaAt, modules: ReplicaModules): Promise<Replica> {
  const { primary, most, waitingMost, ...session } = modules;
  const { metrics, clock, log } = session;
  const address = addressOf(at.url);
  const limits = { ...timeouts, connectMs: ANSWER_MS, statementMs: ANSWER_MS };
  const named = ownNames(metrics);
  const connector = new Connector({ ...session, metrics: named, address, limits, purpose: "any" });
  const pool = new Pool({ connector, most, waitingMost, waitMs: ANSWER_MS, clock, metrics: named });
  const { maxLagMs = 10_000, lookMs = 1000 } = at;
  const replica = new Replica({
    ...{ primary, pool, maxLagMs, lookMs, readMs: ANSWER_MS },
    ...{ shown: address.shown, clock, log, metrics },
  });
  await replica.start();
  return replica;
}
