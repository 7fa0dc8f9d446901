import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ask } from "../observe/scrape.ts";
import { heapOptions } from "../run/nodeOptions.ts";

/** As it is installed. */
export const installed = resolve(import.meta.dirname, "../../../bin/assay.js");
/** Within a run of all tests a bundle of it, which starts sooner. */
export const entry = process.env.ASSAY_TEST_ENTRY ?? installed;
/** Commands that load the simulator or benches, which are no part of the bundle. */
const unbundled = new Set(["simulate", "plan", "bench"]);
/** 43 characters: a master secret that tests know. */
export const testSecret = "test-secret-test-secret-test-secret-test-43";

/** A real validator process. */
export interface Validator {
  readonly url: string;
  readonly dataDir: string;
  readonly process: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** What its metrics listener shows. */
  metrics(): Promise<string>;
  /** SIGTERM; resolves with the exit status. */
  stop(): Promise<number | null>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
}

export function temporaryDir(): string {
  return mkdtempSync(join(tmpdir(), "assay-test-"));
}

export function removeDir(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
}

/** A data directory with the test secret and a configuration (JSON is YAML). */
export function dataDirWith(given: object): string {
  // All clients of a test share one address.
  const config = { http: { per_address_connections: 4096 }, ...given };
  const dir = temporaryDir();
  mkdirSync(join(dir, "keys"));
  writeFileSync(join(dir, "keys", "challenge.secret"), `${testSecret}\n`);
  writeFileSync(join(dir, "assay.yaml"), JSON.stringify(config));
  return dir;
}

export interface Spawned {
  readonly process: ChildProcess;
  stdout(): string;
  stderr(): string;
}

/** Metrics in the data directory: many run side by side. `ASSAY_TEST_HEAP=shipped` in `env`: its heap begins as an operator's does, for tests that measure it. `fileBlocks`: its files cannot grow past this many blocks of 512 or 1,024 bytes, as on a disk that fails. `within`: a command that runs the rest of its arguments. */
export function spawnAssay(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  fileBlocks: number | null = null,
  within: readonly string[] = [],
): Spawned {
  const program = env.ASSAY_TEST_ENTRY ?? (unbundled.has(args[0] ?? "") ? installed : entry);
  const node = [process.execPath, ...(env.ASSAY_TEST_HEAP === "shipped" ? [] : heapOptions)];
  const [command = process.execPath, ...before] = [...within, ...node];
  const confined = ["-c", `ulimit -f ${fileBlocks}; exec "$0" "$@"`, ...node, program, ...args];
  const metrics = "ASSAY_OBSERVE_METRICS" in env ? {} : { ASSAY_OBSERVE_METRICS_SOCKET: "metrics.sock" };
  const options = { env: { ...process.env, ...metrics, ...env } };
  const child =
    fileBlocks === null
      ? spawn(command, [...before, program, ...args], options)
      : spawn("sh", confined, options);
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err = (err + chunk.toString()).slice(-200_000);
  });
  return { process: child, stdout: () => out, stderr: () => err };
}

async function exited(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const [code] = (await once(child, "exit")) as [number | null];
  return code;
}

/** Runs a command to its end. */
export async function runAssay(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const spawned = spawnAssay(args, env);
  const [code] = (await once(spawned.process, "close")) as [number | null];
  return { code, stdout: spawned.stdout(), stderr: spawned.stderr() };
}

/** Starts `assay up` and waits for its line; rejects with what it printed when it ends instead. */
export async function startValidator(
  dataDir: string,
  args: readonly string[] = [],
  fileBlocks: number | null = null,
  env: NodeJS.ProcessEnv = {},
  within: readonly string[] = [],
): Promise<Validator> {
  const spawned = spawnAssay(["up", "--data", dataDir, "--port", "0", ...args], env, fileBlocks, within);
  const { process: child } = spawned;
  const url = await new Promise<string>((resolveUrl, reject) => {
    child.stdout?.on("data", () => {
      const found = /^listening on (http:\S+)$/m.exec(spawned.stdout());
      if (found?.[1]) resolveUrl(found[1]);
    });
    child.once("exit", (code) => reject(new Error(`assay up ended with ${code}: ${spawned.stderr()}`)));
  });
  return {
    ...{ url, dataDir, process: child, stdout: spawned.stdout, stderr: spawned.stderr },
    metrics: async () => (await ask({ socketPath: join(dataDir, "metrics.sock") })).body,
    stop: () => {
      child.kill("SIGTERM");
      return exited(child);
    },
    kill: async () => {
      child.kill("SIGKILL");
      await exited(child);
    },
  };
}
