import { subnetOf } from "../config/subnet.ts";
import { connectionsWithin, openFilesMost } from "../core/openFiles.ts";
import type { Standing } from "../flow/standing.ts";
import type { SignedVector, WeightRow } from "../flow/weights.ts";
import { readPageFiles } from "../http/page/pageFiles.ts";
import { startHttp } from "../http/server.ts";
import { MetricsListener } from "../observe/metricsListener.ts";
import { openAlerts } from "./alerts/alerts.ts";
import { assemble } from "./assemble.ts";
import { Closers } from "./closers.ts";
import { makeHandlers } from "./handlers.ts";
import { announceStop, scheduleLive, showAlerts } from "./live.ts";
import type { Parts } from "./parts.ts";
import { pathsOf } from "./paths.ts";
import { roleHandlers } from "./roles/roleHandlers.ts";
import { schedule } from "./schedule.ts";
import { MIN_RESULTS } from "./stageOptions.ts";
import type { StartModules, StartOptions } from "./startOptions.ts";
import { startPush, streamsOf } from "./startPush.ts";
import { Timers } from "./timers.ts";

/** A validator that is listening. */
export interface RunningValidator {
  readonly url: string;
  readonly hotkey: string;
  block(): number | null;
  /** The standing of a hotkey; null before it was seen. */
  standing(hotkey: string): Standing | null;
  /** Ms until the running weighing period is over and its weights are signed; null while the height is unknown. */
  weightsDueMs(): number | null;
  /** Rules that decide when a new miner begins to weigh. */
  readonly rules: { readonly coldStartBlocks: number; readonly minResults: number };
  previewWeights(): Promise<readonly WeightRow[]>;
  latestVector(): Promise<SignedVector | null>;
  /** Resolves when the store has taken a write. */
  storeAnswers(): Promise<void>;
  /** Stops accepting requests, finishes those under way, closes everything in reverse order. Once. */
  close(): Promise<void>;
}

/** How long a stopping validator waits for requests and for checks under way. */
const DRAIN_MS = 10_000;

/** Builds, wires and starts a validator; a failure closes what was already opened. */
export async function startValidator(
  options: StartOptions,
  modules: StartModules,
): Promise<RunningValidator> {
  const closers = new Closers(modules.log);
  try {
    return await start(options, modules, closers);
  } catch (error) {
    await closers.close();
    throw error;
  }
}

/** After the public listener, which may want the same port; null where it is off. Never rejects. */
async function startMetrics(parts: Parts): Promise<MetricsListener | null> {
  const address = pathsOf(parts.config, parts.dataDir).metrics;
  if (address === null) return null;
  const { metrics, log, admission } = parts;
  return MetricsListener.open(
    { address },
    { log, expose: () => metrics.expose(), waitMs: (ip) => admission.addresses.waitMs(ip, "metrics") },
  );
}

/** Below the configured bound where the system allows this process fewer descriptors. As many again may wait for their end. */
function connectionsOf({ config, log }: Parts): { maxConnections: number; maxLateEnds: number } {
  const wanted = config.http.max_connections;
  const openFiles = openFilesMost();
  const most = connectionsWithin(wanted, openFiles);
  if (most < wanted)
    log.warn("connections_lowered", {
      ...{ max_connections: most, configured: wanted, open_files: openFiles },
      remedy: "raise the limit of open files (ulimit -n, LimitNOFILE), or lower http.max_connections",
    });
  return { maxConnections: most, maxLateEnds: connectionsWithin(most + wanted, openFiles) - most };
}

function weightsDueMs({ chain, config }: Parts): number | null {
  const block = chain.block();
  if (block === null) return null;
  const length = chain.tempo() * config.weigh.every_tempos;
  return (length - (block % length)) * config.chain.block_ms;
}

async function start(
  options: StartOptions,
  modules: StartModules,
  closers: Closers,
): Promise<RunningValidator> {
  const parts = await assemble(options, modules, closers);
  const { config, log, verifier, chain, weigher, store } = parts;
  const alerts = await openAlerts(options, parts, closers);
  showAlerts(parts, alerts);
  const http = await startHttp(
    {
      host: options.host,
      port: options.port,
      maxBodyBytes: config.admit.max_body_bytes,
      bodyDeadlineMs: config.admit.body_deadline_ms,
      ...connectionsOf(parts),
      perAddressConnections: config.http.per_address_connections,
      trustedProxies: config.http.trusted_proxies,
      corsOrigins: [config.http.cors_origins].flat(),
      version: options.version,
    },
    {
      handlers: roleHandlers(makeHandlers(parts, alerts), parts.membership.roles),
      log,
      metrics: parts.metrics,
      page: readPageFiles(),
      events: parts.events,
      ...streamsOf(parts),
    },
  );
  const timers = new Timers(log);
  parts.membership.onLeader(() => weigher.takeOver());
  const metrics = await startMetrics(parts);
  closers.add("metrics", () => metrics?.close());
  closers.add("history", () => parts.recorder.close());
  closers.add("tokens", () => parts.customerTokens.flush());
  closers.add("verifier", async () => {
    const left = await verifier.drain(DRAIN_MS);
    if (left > 0) log.info("verification_left", { count: left });
  });
  closers.add("timers", () => timers.stop());
  closers.add("chain requests", () => chain.stop?.());
  closers.add("http", () => http.close(DRAIN_MS));
  if (parts.push !== null) startPush(parts, parts.push, closers);
  closers.add("events", () => announceStop(parts));
  schedule(parts, timers);
  scheduleLive(parts, timers);
  alerts.schedule(timers);
  log.info("started", {
    url: http.url,
    hotkey: parts.hotkey,
    ...subnetOf(config),
  });
  return {
    url: http.url,
    hotkey: parts.hotkey,
    block: () => chain.block(),
    standing: (hotkey) => parts.judge.standingOf(hotkey),
    weightsDueMs: () => weightsDueMs(parts),
    rules: { coldStartBlocks: config.judge.cold_start_blocks, minResults: MIN_RESULTS },
    previewWeights: () => weigher.preview(),
    latestVector: () => store.latestVector(),
    storeAnswers: () => store.ping(),
    close: () => closers.close(),
  };
}
