import { existsSync } from "node:fs";
import type { Config } from "../config/schema.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { type Log, silentLog } from "../core/log.ts";
import { type Metrics, noMetrics } from "../core/metrics.ts";
import type { Store } from "../flow/store.ts";
import { addressOf } from "../store/postgres/address.ts";
import type { ReplicaAt } from "../store/postgres/replica/open.ts";
import { openSqliteStore } from "../store/sqlite/open.ts";
import { readBeside, type StoreReader } from "../store/sqlite/reader.ts";
import type { Paths } from "./paths.ts";

export interface StoreModules {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Called when the open store cannot be trusted any more. */
  readonly lost?: (cause: unknown) => void;
}

/** For tools, which say themselves what happens. */
export const quietModules: StoreModules = { log: silentLog, metrics: noMetrics, clock: systemClock };

/** The store that the configuration names. */
export interface StoreSource {
  /** The file, or the server and the database; never a password. */
  readonly shown: string;
  /** Whether a start has made it. */
  exists(): Promise<boolean>;
  /** As a start opens it. Throws `store_in_use` where another process has it that does not share it. */
  open(modules: StoreModules): Promise<Store>;
  /** For a tool that changes it. Throws `store_in_use` while a validator has it open. */
  openAlone(modules: StoreModules): Promise<Store>;
  /** Reads it beside a validator that has it open. */
  openBeside(): Promise<StoreReader>;
}

export function storeSource({ store }: Config, paths: Paths): StoreSource {
  if (store.kind === "postgres" && store.url !== null)
    return server(store.url, { ...replicaOf(store), upgrade: store.upgrade });
  return {
    shown: paths.store,
    exists: async () => existsSync(paths.store),
    open: (modules) =>
      openSqliteStore({ file: paths.store, upgradeCopies: store.upgrade_copies, ...modules }),
    openAlone: (modules) =>
      openSqliteStore({ file: paths.store, upgradeCopies: store.upgrade_copies, ...modules }),
    openBeside: async () => readBeside(paths.store),
  };
}

function replicaOf({ replica_url: url, replica_max_lag_s: maxLag }: Config["store"]): {
  replica?: ReplicaAt;
} {
  return url === null ? {} : { replica: { url, maxLagMs: maxLag * 1000 } };
}

/** Loaded by those who use it: its client takes time at a start, and memory. */
const postgres = () => import("../store/postgres/open.ts");

function server(url: string, how: { replica?: ReplicaAt; upgrade: "auto" | "manual" }): StoreSource {
  const { upgrade } = how;
  return {
    shown: addressOf(url).shown,
    exists: async () => (await postgres()).isMade({ url, ...quietModules }),
    // The server outlives a connection to it, so that store is never lost.
    open: async ({ log, metrics, clock }) =>
      (await postgres()).openPostgresStore({ url, ...how, log, metrics, clock, use: "shared" }),
    openAlone: async ({ log, metrics, clock }) =>
      (await postgres()).openPostgresStore({ url, upgrade, log, metrics, clock, use: "alone" }),
    openBeside: async () => (await postgres()).openPostgresStore({ url, upgrade, ...quietModules }),
  };
}
