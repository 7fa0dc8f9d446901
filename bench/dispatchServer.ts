import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { defaultConfig } from "../src/config/load.ts";
import { systemClock } from "../src/core/clock.ts";
import { silentLog } from "../src/core/log.ts";
import { noMetrics } from "../src/core/metrics.ts";
import { systemRandom } from "../src/core/random.ts";
import { sibling } from "../src/core/sibling.ts";
import { stateText } from "../src/dispatch/records/savedState.ts";
import type { Pool, TaskOfKind } from "../src/flow/pool.ts";
import type { Handlers } from "../src/http/handlers.ts";
import { startHttp } from "../src/http/server.ts";
import type { MetricRegistry } from "../src/observe/metrics.ts";
import { WorkerPool } from "../src/pool/pool.ts";
import { wirePush } from "../src/validator/assemble.ts";
import { assembleStages } from "../src/validator/assembleStages.ts";
import { Closers } from "../src/validator/closers.ts";
import { samplePolicyOf } from "../src/validator/lanes.ts";
import type { PushParts } from "../src/validator/parts.ts";
import { openResources } from "../src/validator/resources.ts";
import { judgeOptions, poolOptions, weigherOptions } from "../src/validator/stageOptions.ts";
import { type ProofFacts, proofLane } from "./proofLane.ts";
import { benchSecret } from "./server.ts";

export interface DispatchServerOptions {
  readonly facts: ProofFacts;
  /** Whether proofs are checked; otherwise every check is valid at once and costs nothing. */
  readonly checked: boolean;
  readonly ceiling: number;
  /** Their caps count as learned, as after a restart. */
  readonly hotkeys: readonly string[];
  readonly cap: number;
}

export interface DispatchServer extends PushParts {
  readonly url: string;
  readonly metrics: MetricRegistry;
  close(): Promise<void>;
}

/** Every check valid, at the price of a promise. */
const costlessPool: Pool = {
  run: async (task) =>
    (task as TaskOfKind<"proofs">).items.map(() => ({ outcome: "valid" as const })) as never,
  close: async () => undefined,
};

/** The push lane of a validator as it is composed for production, on a store of its own; only what is asked for differs. */
export async function startDispatchServer(options: DispatchServerOptions): Promise<DispatchServer> {
  const dataDir = mkdtempSync(join(tmpdir(), "assay-bench-"));
  mkdirSync(join(dataDir, "keys"));
  writeFileSync(join(dataDir, "keys", "challenge.secret"), benchSecret, { mode: 0o600 });
  const defaults = defaultConfig();
  const circuit = {
    id: options.facts.circuit.id,
    verification_key: "-",
    public_inputs: ["x"],
    private_inputs: [],
    supplied_by: "customer" as const,
    benchmark: { enabled: true },
  };
  const config = {
    ...defaults,
    lanes: { ...defaults.lanes, groth16: { ...defaults.lanes.groth16, circuits: [circuit] } },
    judge: { ...defaults.judge, cold_start_blocks: 0 },
    dispatch: { ...defaults.dispatch, ceiling: options.ceiling },
  };
  const modules = { clock: systemClock, random: systemRandom, log: silentLog };
  const closers = new Closers(silentLog);
  const start = { config, dataDir, host: "127.0.0.1", port: 0, demo: false, version: "bench" };
  const resources = await openResources(start, modules, closers);
  const { store, metrics, secret, hotkey } = resources;
  const caps = new Map(options.hotkeys.map((hotkey) => [hotkey, options.cap]));
  await store.setNote("dispatch_state", stateText({ caps, kinds: new Map() }));
  const lanes = new Map([["groth16", proofLane(options.facts)]]);
  const base = { ...modules, ...resources, lanes };
  const stages = await assembleStages(
    {
      ...{ epochHours: 1, policy: samplePolicyOf(config), masters: [secret] },
      ...{ judge: judgeOptions(config), weigher: weigherOptions(config, hotkey, lanes) },
    },
    base,
  );
  const pool = options.checked ? await openProofPool(options.facts) : costlessPool;
  closers.add("pool", () => pool.close());
  const push = await wirePush(start, { ...base, ...stages, pool });
  if (push === null) throw new Error("no push lane");
  const http = await startHttp(
    {
      ...start,
      maxBodyBytes: 65_536,
      bodyDeadlineMs: 5000,
      maxConnections: 4096,
      perAddressConnections: 4096,
      trustedProxies: [],
    },
    {
      handlers: {} as Handlers,
      log: silentLog,
      metrics: noMetrics,
      streams: {
        authenticate: async ({ headers }) => String(headers["epistula-signed-by"]),
        lanes: ["groth16"],
        listener: push.dispatcher,
        clock: systemClock,
      },
    },
  );
  closers.add("http", () => http.close(1000));
  const timer = setInterval(() => push.dispatcher.tick(), 250);
  closers.add("dispatcher", async () => {
    await push.dispatcher.drain(5000);
    await push.proofVerifier.drain(5000);
    push.stop.abort();
    clearInterval(timer);
  });
  return {
    ...push,
    url: http.url,
    metrics,
    close: async () => {
      await closers.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function openProofPool(facts: ProofFacts): Promise<WorkerPool> {
  const options = poolOptions({ config: defaultConfig(), circuits: [] });
  return WorkerPool.open(
    {
      ...options,
      threads: availableParallelism(),
      entry: sibling(import.meta.url, "proofWorker"),
      workerData: facts,
    },
    { clock: systemClock, log: silentLog, metrics: noMetrics },
  );
}
