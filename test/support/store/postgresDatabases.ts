import { existsSync } from "node:fs";
import { after } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { threadId } from "node:worker_threads";
import pg from "pg";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import type { Store } from "../../../src/flow/store.ts";
import { knownVersion } from "../../../src/store/postgres/migrations/migrate.ts";
import { openPostgresStore, type PostgresStoreOptions } from "../../../src/store/postgres/open.ts";
import { startPostgres } from "./postgresServer.ts";

/** Held while the template is made: the files of a run share a server. */
const TEMPLATE_LOCK = 0x7e57;

/** Of the databases of this thread, which several files may share. */
let next = 0;
const newName = (): string => `assay_test_${process.pid}_${threadId}_${next++}`;
const nameIn = (url: string): string => new URL(url).pathname.slice(1);

/** Databases on the server of the run, or of `ASSAY_TEST_POSTGRES_URL`, or on one that starts with this file. */
export class TestDatabases {
  readonly #admin: pg.Client;
  readonly #base: string;
  readonly #stop: () => Promise<void>;
  /** By the folder that they stand for. */
  readonly #made = new Map<string, string>();

  private constructor(base: string, admin: pg.Client, stop: () => Promise<void>) {
    this.#base = base;
    this.#admin = admin;
    this.#stop = stop;
  }

  static async open(): Promise<TestDatabases> {
    const given = process.env.ASSAY_TEST_POSTGRES_URL;
    const own = given === undefined ? await startPostgres() : null;
    const base = given ?? own?.url ?? "";
    const admin = new pg.Client({ connectionString: base });
    await admin.connect();
    const databases = new TestDatabases(base, admin, async () => own?.stop());
    await databases.#makeTemplate();
    return databases;
  }

  /** Of the server. */
  get url(): string {
    return this.#base;
  }

  /** The URL of a migrated database that nobody else has. */
  async make(): Promise<string> {
    const name = newName();
    await this.#admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    return this.#urlOf(name);
  }

  /** The URL of an empty database. */
  async makeEmpty(): Promise<string> {
    const name = newName();
    await this.#admin.query(`CREATE DATABASE ${name} TEMPLATE template0`);
    return this.#urlOf(name);
  }

  /** The URL of a copy of a database that nobody has open. */
  async copy(url: string): Promise<string> {
    const name = newName();
    await this.#admin.query(`CREATE DATABASE ${name} TEMPLATE ${nameIn(url)}`);
    return this.#urlOf(name);
  }

  /** Ends all sessions of a database: resolves once what they were doing is done or undone. */
  async endSessions(url: string): Promise<void> {
    const of = "FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'";
    for (;;) {
      const { rowCount } = await this.#admin.query(`SELECT pg_terminate_backend(pid) ${of}`, [nameIn(url)]);
      if (rowCount === 0) return;
      await sleep(2);
    }
  }

  async drop(url: string): Promise<void> {
    await this.#admin.query(`DROP DATABASE IF EXISTS ${nameIn(url)} WITH (FORCE)`);
  }

  /** The database that stands for a folder; those of folders that are gone are dropped. */
  async of(dir: string): Promise<string> {
    const known = this.#made.get(dir);
    if (known !== undefined) return known;
    for (const [folder, url] of this.#made) {
      if (existsSync(folder)) continue;
      this.#made.delete(folder);
      await this.drop(url);
    }
    const url = await this.make();
    this.#made.set(dir, url);
    return url;
  }

  async close(): Promise<void> {
    for (const url of this.#made.values()) await this.drop(url);
    await this.#admin.end();
    await this.#stop();
  }

  #urlOf(name: string): string {
    const url = new URL(this.#base);
    url.pathname = `/${name}`;
    return url.href;
  }

  async #makeTemplate(): Promise<void> {
    await this.#admin.query("SELECT pg_advisory_lock($1)", [TEMPLATE_LOCK]);
    try {
      const { rowCount } = await this.#admin.query("SELECT 1 FROM pg_database WHERE datname = $1", [
        template,
      ]);
      if (rowCount !== 0) return;
      const making = `${template}_making`;
      await this.#admin.query(`DROP DATABASE IF EXISTS ${making} WITH (FORCE)`);
      await this.#admin.query(`CREATE DATABASE ${making} TEMPLATE template0`);
      await (await openStore(this.#urlOf(making))).close();
      await this.#admin.query(`ALTER DATABASE ${making} RENAME TO ${template}`);
    } finally {
      await this.#admin.query("SELECT pg_advisory_unlock($1)", [TEMPLATE_LOCK]);
    }
  }
}

const template = `assay_template_${knownVersion}`;

export function openStore(url: string, change: Partial<PostgresStoreOptions> = {}): Promise<Store> {
  const quiet = { log: silentLog, metrics: noMetrics, clock: systemClock };
  return openPostgresStore({ url, ...quiet, connections: 4, ...change });
}

/** Databases for the tests of a file, which are dropped after them. */
export function testDatabases(): { get(): Promise<TestDatabases> } {
  let opened: Promise<TestDatabases> | null = null;
  after(async () => (await opened)?.close());
  return {
    get: () => {
      opened ??= TestDatabases.open();
      return opened;
    },
  };
}
