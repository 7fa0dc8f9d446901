import { execFile } from "node:child_process";
import { chownSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import {
  type PostgresOptions,
  type PostgresServer,
  servePostgres,
  serverFolder,
  serverUser,
} from "./postgresServer.ts";

/** The log of changes is left out: the standby fetches it from the primary. */
const copy = `mkdir -m 700 "$2/data" && cd "$1/data" &&
  { tar --exclude='./pg_wal/*' --exclude='./pg_replslot/*' --exclude='./postmaster.*' -cf - . || true; } |
    tar -C "$2/data" -xf - && mkdir -p "$2/data/pg_wal/archive_status"`;

/** Copies the primary's data while it runs; returns the folder of the copy. */
async function copied(primary: PostgresServer): Promise<string> {
  const dir = serverFolder();
  const client = new pg.Client({ connectionString: primary.url });
  await client.connect();
  try {
    await client.query("SELECT pg_backup_start('standby', true)");
    await promisify(execFile)("/bin/sh", ["-c", copy, "sh", primary.dir, dir], { ...serverUser, cwd: dir });
    const { rows } = await client.query("SELECT labelfile FROM pg_backup_stop(false)");
    put(join(dir, "data/backup_label"), String(rows[0]?.labelfile));
  } finally {
    await client.end();
  }
  put(join(dir, "data/standby.signal"), "");
  return dir;
}

function put(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 });
  if (serverUser.uid !== undefined) chownSync(file, serverUser.uid, serverUser.gid);
}

/** Starts a standby of a primary. It follows at once, unless `settings` has a `recovery_min_apply_delay`. */
export async function startStandby(
  primary: PostgresServer,
  options: PostgresOptions = {},
): Promise<PostgresServer> {
  const dir = await copied(primary);
  const primary_conninfo = `host=127.0.0.1 port=${primary.port} user=postgres application_name=standby`;
  const settings = { ...options.settings, primary_conninfo };
  return (await servePostgres(dir, { ...options, settings })) ?? startStandby(primary, options);
}
