import { setTimeout as sleep } from "node:timers/promises";
import type { LoadResult } from "./load.ts";
import { type Loader, loaderFor, REQUESTS_PER_S_MOST } from "./loader.ts";
import { type BenchOptions, type BenchReport, machine, round } from "./report.ts";
import { type BenchServer, minerCounts, startServer, startValidator } from "./server.ts";
import { compareSchemes } from "./submitIndexed.ts";
import { compareStores } from "./submitPostgres.ts";
import { compareSessions } from "./submitSessions.ts";

/** Refusals use up requests too. */
const OVERLOAD_REQUESTS_PER_S_MOST = 6000;
const WARM_UP_S = 4;
/** Of peak and overload. */
const ROUNDS = 3;
/** Clients: ten times the gate's slots by default. */
const CROWD = 640;

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

async function measureFloor(options: BenchOptions): Promise<number> {
  const server = await startServer("floorServer.ts", []);
  try {
    const loader = await loaderFor(server, options);
    await loader.run("floor warm-up", {
      clients: options.clients,
      seconds: WARM_UP_S,
      perS: REQUESTS_PER_S_MOST,
    });
    const { accepted, seconds } = await loader.run("floor", { ...options, perS: REQUESTS_PER_S_MOST });
    return accepted / seconds;
  } finally {
    await server.stop();
  }
}

/** Phases of one kind, as one. */
function together(results: readonly LoadResult[]): LoadResult {
  const statuses: Record<string, number> = {};
  for (const [status, count] of results.flatMap((result) => Object.entries(result.statuses)))
    statuses[status] = (statuses[status] ?? 0) + count;
  const sum = (of: (result: LoadResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  return {
    accepted: sum(({ accepted }) => accepted),
    seconds: sum(({ seconds }) => seconds),
    latenciesMs: results.flatMap(({ latenciesMs }) => latenciesMs),
    statuses,
    withoutRetryAfter: sum(({ withoutRetryAfter }) => withoutRetryAfter),
    sent: sum(({ sent }) => sent),
  };
}

/** Both loads, before either is measured: what is compiled and grown by then is not what they are about. */
async function warmUp(loader: Loader, { clients }: BenchOptions): Promise<LoadResult> {
  const phase = { clients, seconds: WARM_UP_S, perS: REQUESTS_PER_S_MOST };
  const peak = await loader.run("warm-up", phase);
  return together([peak, await loader.run("warm-up of the crowd", { ...phase, clients: CROWD })]);
}

/** The peak and ten times the gate's slots as clients, in turn, so that a bad moment of the machine hits both. */
async function alternate(
  loader: Loader,
  options: BenchOptions,
): Promise<{ peak: LoadResult; over: LoadResult }> {
  const seconds = Math.ceil(options.seconds / ROUNDS);
  const peaks: LoadResult[] = [];
  const overs: LoadResult[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const { clients } = options;
    peaks.push(await loader.run(`peak ${round}`, { clients, seconds, perS: REQUESTS_PER_S_MOST }));
    const crowd = { clients: CROWD, seconds, perS: OVERLOAD_REQUESTS_PER_S_MOST };
    overs.push(await loader.run(`overload ${round}`, crowd));
  }
  return { peak: together(peaks), over: together(overs) };
}

/** Waits until every admitted answer was verified, and returns how many were accepted. */
async function verifiedCount(server: BenchServer): Promise<number> {
  for (;;) {
    const { submitted, accepted, rejected } = await minerCounts(server);
    if (accepted + rejected === submitted) return accepted;
    await sleep(100);
  }
}

function refusedOtherwise(result: LoadResult): number {
  const fine = new Set(["202", "429", "503"]);
  return Object.entries(result.statuses).reduce(
    (sum, [status, count]) => sum + (fine.has(status) ? 0 : count),
    0,
  );
}

/**
 * The submit path under load: a real server process, signatures checked, every answer durable before its receipt and
 * verified afterwards, with the peak's clients and with ten times the gate's slots as clients. Client and server share the machine.
 */
export async function run(options: BenchOptions): Promise<BenchReport> {
  if (options.sessions) return compareSessions(options);
  if (options.scheme === "indexed") return compareSchemes(options);
  if (options.store === "postgres") return compareStores(options);
  const floor = await measureFloor(options);
  const server = await startValidator();
  try {
    const loader = await loaderFor(server, options);
    const warm = await warmUp(loader, options);
    const { peak, over } = await alternate(loader, options);
    const verified = await verifiedCount(server);
    const latencies = peak.latenciesMs.sort((a, b) => a - b);
    const perS = peak.accepted / peak.seconds;
    const goodput = over.accepted / over.seconds;
    return {
      bench: "submit",
      figures: {
        accepted_per_s: round(perS, 1),
        p50_ms: round(percentile(latencies, 0.5), 1),
        p99_ms: round(percentile(latencies, 0.99), 1),
        overload_goodput: round(goodput, 1),
        floor_per_s: round(floor, 1),
        overload_refused: (over.statuses["429"] ?? 0) + (over.statuses["503"] ?? 0),
        refused_without_retry_after: peak.withoutRetryAfter + over.withoutRetryAfter,
        refused_otherwise: refusedOtherwise(peak) + refusedOtherwise(over),
        receipts: warm.accepted + peak.accepted + over.accepted,
        verified_valid: verified,
      },
      ratios: { accepted_to_floor: round(perS / floor), overload_to_peak: round(goodput / perS) },
      machine: machine(),
    };
  } finally {
    await server.stop();
  }
}
