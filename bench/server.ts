import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { ask, metricIn } from "../test/support/observe/scrape.ts";

export const benchSecret = "bench-secret-bench-secret-bench-secret-43-x";

/** A server process under load, in a data directory of its own. */
export interface BenchServer {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  /** Of the listener for metrics. */
  readonly metricsSocket: string;
  stop(): Promise<void>;
}

/**
 * Requests are signed before the load, so timestamps may be old; everything else is at its default. Cold start does not
 * touch the submit path.
 */
export const benchConfig = { admit: { signature_window_ms: 300_000 } } as const;

export async function listening(child: ChildProcess): Promise<URL> {
  let out = "";
  for await (const chunk of child.stdout ?? []) {
    out += String(chunk);
    const found = /^listening on (http:\S+)$/m.exec(out);
    if (found?.[1]) return new URL(found[1]);
  }
  throw new Error("the server under test did not start");
}

/** Spawns a server whose arguments end in the data directory; `prepare` may put something into it before. */
export async function startServer(
  entry: string,
  args: readonly string[],
  config: object = benchConfig,
  prepare: (dataDir: string) => Promise<void> = async () => undefined,
): Promise<BenchServer> {
  const dir = mkdtempSync(join(tmpdir(), "assay-bench-"));
  mkdirSync(join(dir, "keys"));
  writeFileSync(join(dir, "keys", "challenge.secret"), benchSecret, { mode: 0o600 });
  const observe = { metrics: { socket: "metrics.sock" } };
  writeFileSync(join(dir, "assay.yaml"), JSON.stringify({ observe, ...config }));
  await prepare(dir);
  const path = resolve(import.meta.dirname, entry);
  // A validator refuses variables of its prefix that it does not know; this one is the tests' own.
  const { ASSAY_SUBTENSOR_METADATA: _, ...env } = process.env;
  const child = spawn(process.execPath, [path, ...args, dir], { env, stdio: ["ignore", "pipe", "inherit"] });
  const url = await listening(child);
  return {
    host: url.hostname,
    port: Number(url.port),
    url: url.origin,
    pid: child.pid ?? 0,
    metricsSocket: join(dir, "metrics.sock"),
    stop: async () => {
      child.kill("SIGTERM");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const entry = resolve(import.meta.dirname, "../bin/assay.js");
/** The data directory follows. */
export const upArguments = ["up", "--port", "0", "--log-level", "warn", "--data"];

/** The validator as operators run it. */
export function startValidator(): Promise<BenchServer> {
  return startServer("../bin/assay.js", upArguments);
}

/** The same with settings of its own; its keys are there, since a store without its keys is refused. */
export function startValidatorWith(
  config: object,
  prepare: (dataDir: string) => Promise<void>,
): Promise<BenchServer> {
  return startServer("../bin/assay.js", upArguments, config, async (dataDir) => {
    await promisify(execFile)(process.execPath, [entry, "init", "--data", dataDir]);
    await prepare(dataDir);
  });
}

/** The value of an unlabelled metric, or the sum over its labels. */
export async function metric(server: BenchServer, name: string): Promise<number> {
  return metricIn((await ask({ socketPath: server.metricsSocket })).body, name);
}

/** Sums of the miners' counts as the validator serves them. */
export async function minerCounts(
  server: BenchServer,
): Promise<{ submitted: number; accepted: number; rejected: number }> {
  const total = { submitted: 0, accepted: 0, rejected: 0 };
  for (let after = ""; ; ) {
    const page = (await (await fetch(`${server.url}/v1/miners?limit=500${after}`)).json()) as {
      items: { counts: typeof total }[];
      next_after: string | null;
    };
    for (const { counts } of page.items) {
      total.submitted += counts.submitted;
      total.accepted += counts.accepted;
      total.rejected += counts.rejected;
    }
    if (page.next_after === null) return total;
    after = `&after=${page.next_after}`;
  }
}
