import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { type BenchServer, benchConfig, benchSecret, listening } from "../server.ts";

const entry = resolve(import.meta.dirname, "../../bin/assay.js");

/** Processes of one validator, which share a database and the keys of one folder. */
export class BenchFleet {
  readonly dir: string;
  readonly #children: ChildProcess[] = [];

  static async on(databaseUrl: string, config: object = benchConfig): Promise<BenchFleet> {
    const dir = mkdtempSync(join(tmpdir(), "assay-bench-"));
    mkdirSync(join(dir, "keys"));
    writeFileSync(join(dir, "keys", "challenge.secret"), benchSecret, { mode: 0o600 });
    const store = { kind: "postgres", url: databaseUrl };
    writeFileSync(join(dir, "assay.yaml"), JSON.stringify({ ...config, store }));
    await promisify(execFile)(process.execPath, [entry, "init", "--data", dir]);
    return new BenchFleet(dir);
  }

  private constructor(dir: string) {
    this.dir = dir;
  }

  async start(role: string, name: string): Promise<BenchServer> {
    const metricsSocket = join(this.dir, `${name}.sock`);
    const env = { ...process.env, ASSAY_OBSERVE_METRICS_SOCKET: metricsSocket };
    const args = ["up", "--port", "0", "--log-level", "warn", "--data", this.dir, "--role", role];
    const child = spawn(process.execPath, [entry, ...args, "--name", name], {
      ...{ env, stdio: ["ignore", "pipe", "inherit"] },
    });
    this.#children.push(child);
    const url = await listening(child);
    return {
      ...{ host: url.hostname, port: Number(url.port), url: url.origin, pid: child.pid ?? 0, metricsSocket },
      stop: async () => undefined,
    };
  }

  async stop(): Promise<void> {
    for (const child of this.#children) child.kill("SIGTERM");
    for (const child of this.#children)
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    rmSync(this.dir, { recursive: true, force: true });
  }
}
