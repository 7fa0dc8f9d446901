import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { Store } from "../../../src/flow/store.ts";
import { copy } from "../../../src/store/copy/copy.ts";
import { openPostgresSource } from "../../../src/store/copy/postgresSide.ts";
import { openPostgresTarget } from "../../../src/store/copy/postgresTarget.ts";
import type { Watch } from "../../../src/store/copy/progress.ts";
import { openSqliteSource } from "../../../src/store/copy/sqliteSide.ts";
import { openSqliteTarget } from "../../../src/store/copy/sqliteTarget.ts";
import { type Verified, verify } from "../../../src/store/copy/verify.ts";
import { removeDir, temporaryDir } from "../validator/validator.ts";
import { answersOf, fill } from "./fill.ts";
import { openInlineStore } from "./inline.ts";
import type { TestDatabases } from "./postgresDatabases.ts";

const quiet: Watch = () => {};
const at = (url: string) => ({ url, log: silentLog, clock: systemClock });

/** Runs the work with a folder and an empty database. */
export async function withDir(
  databases: { get(): Promise<TestDatabases> },
  work: (dir: string, url: string) => Promise<void>,
): Promise<void> {
  const dir = temporaryDir();
  const all = await databases.get();
  const url = await all.makeEmpty();
  try {
    await work(dir, url);
  } finally {
    removeDir(dir);
    await all.drop(url);
  }
}

export async function using<T>(store: Store, work: (store: Store) => Promise<T>): Promise<T> {
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

export async function toServer(file: string, url: string, watch = quiet): Promise<Verified> {
  const source = openSqliteSource(file);
  try {
    const target = await openPostgresTarget(at(url));
    try {
      return await copy(source, target, watch);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

export async function toFile(url: string, file: string, watch = quiet): Promise<Verified> {
  const source = await openPostgresSource(at(url));
  try {
    const target = openSqliteTarget(file, systemClock);
    try {
      return await copy(source, target, watch);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

export async function compared(file: string, url: string): Promise<Verified> {
  const one = openSqliteSource(file);
  try {
    const other = await openPostgresSource(at(url));
    try {
      return await verify(one, other, quiet);
    } finally {
      await other.close();
    }
  } finally {
    await one.close();
  }
}

export const hashOf = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");

export async function filled(file: string, seed: number, rounds: number): Promise<unknown> {
  return using(openInlineStore(file), async (store) => {
    await fill(store, seed, rounds);
    return answersOf(store);
  });
}
