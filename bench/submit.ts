import { setTimeout as sleep } from "node:timers/promises";
import type { LoadResult } from "./load.ts";
import { loaderFor, REQUESTS_PER_S_MOST } from "./loader.ts";
import { type BenchOptions, type BenchReport, machine, round } from "./report.ts";
import { type BenchServer, minerCounts, startServer, startValidator } from "./server.ts";
import { compareSchemes } from "./submitIndexed.ts";

/** Refusals use up requests too. */
const OVERLOAD_REQUESTS_PER_S_MOST = 6000;
const WARM_UP_S = 4;

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
 * verified afterwards. Client and server share the machine. Then ten times the gate's slots as clients.
 */
export async function run(options: BenchOptions): Promise<BenchReport> {
  if (options.scheme === "indexed") return compareSchemes(options);
  const floor = await measureFloor(options);
  const server = await startValidator();
  try {
    const loader = await loaderFor(server, options);
    const warm = await loader.run("warm-up", {
      clients: options.clients,
      seconds: WARM_UP_S,
      perS: REQUESTS_PER_S_MOST,
    });
    const peak = await loader.run("peak", { ...options, perS: REQUESTS_PER_S_MOST });
    const slots = 64;
    const over = await loader.run("overload", {
      clients: 10 * slots,
      seconds: options.seconds,
      perS: OVERLOAD_REQUESTS_PER_S_MOST,
    });
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
