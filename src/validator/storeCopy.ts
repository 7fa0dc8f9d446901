import { defaultConfig } from "../config/load.ts";
import { systemClock } from "../core/clock.ts";
import { silentLog } from "../core/log.ts";
import { copy } from "../store/copy/copy.ts";
import { openPostgresSource } from "../store/copy/postgresSide.ts";
import { openPostgresTarget } from "../store/copy/postgresTarget.ts";
import type { Watch } from "../store/copy/progress.ts";
import type { Side } from "../store/copy/side.ts";
import { openSqliteSource } from "../store/copy/sqliteSide.ts";
import { openSqliteTarget } from "../store/copy/sqliteTarget.ts";
import { type Verified, verify } from "../store/copy/verify.ts";
import { pathsOf } from "./paths.ts";

/** The store of a data directory, and that of a server. */
export interface BothStores {
  readonly data: string;
  readonly url: string;
}

const fileOf = (data: string): string => pathsOf(defaultConfig(), data).store;
const serverAt = (url: string) => ({ url, log: silentLog, clock: systemClock });

async function withSides<S extends Side, T>(
  opens: readonly [() => Side | Promise<Side>, () => S | Promise<S>],
  work: (one: Side, other: S) => Promise<T>,
): Promise<T> {
  const one = await opens[0]();
  try {
    const other = await opens[1]();
    try {
      return await work(one, other);
    } finally {
      await other.close();
    }
  } finally {
    await one.close();
  }
}

/** Copies the records of a data directory to a server, or back; neither may have a validator running. */
export function copyStores(
  { data, url }: BothStores,
  to: "postgres" | "sqlite",
  watch: Watch,
): Promise<Verified> {
  const file = fileOf(data);
  if (to === "postgres")
    return withSides(
      [() => openSqliteSource(file), () => openPostgresTarget(serverAt(url))],
      (source, target) => copy(source, target, watch),
    );
  return withSides(
    [() => openPostgresSource(serverAt(url)), () => openSqliteTarget(file, systemClock)],
    (source, target) => copy(source, target, watch),
  );
}

/** Compares the records of a data directory with those of a server; neither may have a validator running. */
export function compareStores({ data, url }: BothStores, watch: Watch): Promise<Verified> {
  return withSides(
    [() => openSqliteSource(fileOf(data)), () => openPostgresSource(serverAt(url))],
    (one, other) => verify(one, other, watch),
  );
}

/** Brings the tables of a server up to this version, or makes them in an empty database. Throws `store_too_old` unless there is a backup. */
export async function migrateStore(url: string, backedUp: boolean): Promise<string> {
  const target = await openPostgresTarget(serverAt(url), { backedUp });
  await target.close();
  return target.shown;
}
