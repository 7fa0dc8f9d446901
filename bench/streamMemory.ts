import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../src/core/clock.ts";
import { silentLog } from "../src/core/log.ts";
import { noMetrics } from "../src/core/metrics.ts";
import { stateText } from "../src/dispatch/records/savedState.ts";
import type { Status } from "../src/http/handlers.ts";
import { openSqliteStore } from "../src/store/sqlite/open.ts";
import { makeTrapdoor } from "../test/support/lanes/groth16/trapdoor.ts";
import { startFleet } from "./fleet.ts";
import { hotkeys } from "./presign.ts";
import { type BenchOptions, type BenchReport, machine, round } from "./report.ts";
import { type BenchServer, metric, startValidatorWith } from "./server.ts";

const STREAMS = 1000;
const IN_FLIGHT = 6400;
/** Public inputs of a job: 16 KB of decimals. */
const INPUTS = 208;
const CAP = 32;
const megabyte = 2 ** 20;
const QUICK_MS = 200;
/** Longer than the measurement: what is in flight then stays there. */
const SLOW_MS = 150_000;
const HOLD_MS = 20_000;

/** A store that knows the miners' caps, as after a restart; each counts once the miner has 100 results. */
async function seedCaps(file: string): Promise<void> {
  const store = await openSqliteStore({ file, log: silentLog, metrics: noMetrics, clock: systemClock });
  const caps = new Map((await hotkeys(STREAMS)).map(({ hotkey }) => [hotkey, CAP]));
  await store.setNote("dispatch_state", stateText({ caps, kinds: new Map() }));
  await store.close();
}

async function dispatchOf({ url }: BenchServer): Promise<NonNullable<Status["dispatch"]>> {
  const { dispatch } = (await (await fetch(`${url}/v1/status`)).json()) as Status;
  if (dispatch === null) throw new Error("no push lane");
  return dispatch;
}

/** Resident memory of a validator with 1,000 streams and 6,400 jobs of 16 KB in flight. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const dir = mkdtempSync(join(tmpdir(), "assay-circuit-"));
  const key = join(dir, "key.json");
  writeFileSync(
    key,
    JSON.stringify(makeTrapdoor("memory", "large", [`x[${INPUTS}]`], 0).circuit.verificationKey),
  );
  const circuit = { id: "large", verification_key: key, public_inputs: [`x[${INPUTS}]`] };
  const server = await startValidatorWith(
    {
      // Miners of this bench prove nothing: what is drawn is refused, and costs the credit alone.
      lanes: { groth16: { circuits: [circuit], penalty: "reject" } },
      judge: { cold_start_blocks: 0 },
      http: { per_address_connections: 4096 },
      dispatch: { ceiling: IN_FLIGHT },
    },
    (dataDir) => seedCaps(join(dataDir, "assay.db")),
  );
  try {
    const { validator } = (await (await fetch(`${server.url}/v1/status`)).json()) as Status;
    const idle = await metric(server, "process_resident_memory_bytes");
    const answers = { any: '{"proof":{},"publicSignals":[]}' };
    const fleet = await startFleet({
      ...{ url: server.url, validator, miners: STREAMS, capacity: 1000, serviceMs: QUICK_MS, answers },
    });
    options.progress(`${STREAMS} streams, warming up: 100 results each`);
    while (fleet.counts().answered < 101 * STREAMS) await sleep(500);
    fleet.slowTo(SLOW_MS);
    options.progress("holding jobs in flight");
    while ((await dispatchOf(server)).in_flight < IN_FLIGHT) await sleep(250);
    let most = 0;
    for (const until = performance.now() + HOLD_MS; performance.now() < until; await sleep(500))
      most = Math.max(most, await metric(server, "process_resident_memory_bytes"));
    const { in_flight, streams } = await dispatchOf(server);
    const bytes = await metric(server, "assay_dispatch_in_flight_bytes");
    await fleet.stop();
    return {
      bench: "stream-memory",
      figures: {
        rss_mb: round(most / megabyte, 1),
        idle_rss_mb: round(idle / megabyte, 1),
        streams,
        in_flight,
        bytes_a_job: Math.round(bytes / in_flight),
      },
      ratios: { rss_to_idle: round(most / idle) },
      machine: machine(),
    };
  } finally {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}
