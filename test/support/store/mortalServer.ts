import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../freePort.ts";
import {
  answers,
  initialised,
  type PostgresOptions,
  type PostgresServer,
  serverCommand,
  serverUser,
} from "./postgresServer.ts";

/** Once the pipe at its input closes it ends the server of the folder, if there is one, and removes the folder. */
const keeper = `trap '' INT TERM HUP; cat >/dev/null; pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
  if [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$1/data" ]; then kill -QUIT "$pid"; while kill -0 "$pid"; do sleep 0.05; done; fi 2>/dev/null
  cd /; rm -rf "$1"`;

/** How a server is made to end. */
export const deaths = {
  /** What `pg_ctl stop -m fast` sends: transactions are rolled back, and all is written. */
  fast: "SIGINT",
  /** What `pg_ctl stop -m immediate` sends: no more than a crash. */
  immediate: "SIGQUIT",
  /** The first process is gone, and the others notice. */
  killed: "SIGKILL",
} as const satisfies Record<string, NodeJS.Signals>;

/** Processes whose working directory is this one. */
function processesIn(dir: string): number[] {
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === dir ? [Number(pid)] : [];
    } catch {
      return [];
    }
  });
}

/** A server that is ended and started again on the same data and port. */
export class MortalServer implements PostgresServer {
  readonly url: string;
  readonly port: number;
  readonly dir: string;
  readonly #options: PostgresOptions;
  readonly #keeper: ChildProcess;

  private constructor(dir: string, port: string, options: PostgresOptions) {
    this.dir = dir;
    this.port = Number(port);
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    this.#options = options;
    this.#keeper = spawn("/bin/sh", ["-c", keeper, "sh", dir], {
      ...serverUser,
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
      cwd: dir,
    });
    this.#keeper.unref();
    if (this.#keeper.stdin instanceof Socket) this.#keeper.stdin.unref();
  }

  static async start(options: PostgresOptions = {}): Promise<MortalServer> {
    const server = new MortalServer(await initialised(), await freePort(), { fsync: true, ...options });
    await server.revive();
    return server;
  }

  /** Starts it again, and waits until it takes connections. */
  async revive(): Promise<void> {
    const [command, ...args] = serverCommand(this.dir, String(this.port), this.#options);
    const child = spawn(command, args, { ...serverUser, stdio: "ignore", detached: true, cwd: this.dir });
    child.unref();
    while (child.exitCode === null && child.signalCode === null && !(await answers(this.url)))
      await sleep(20);
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the server ended with ${child.exitCode ?? child.signalCode}`);
  }

  /** Ends it, and waits until none of its processes is left. */
  async die(how: keyof typeof deaths): Promise<void> {
    const file = readFileSync(join(this.dir, "data/postmaster.pid"), "utf8");
    process.kill(Number(file.split("\n", 1)[0]), deaths[how]);
    while (processesIn(join(this.dir, "data")).length > 0) await sleep(20);
  }

  async stop(): Promise<void> {
    const gone = once(this.#keeper, "exit");
    this.#keeper.ref();
    this.#keeper.stdin?.end();
    await gone;
  }
}
