import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../src/core/clock.ts";
import { generatePrivateJwk, makeSigner } from "../src/core/ed25519.ts";
import { everyHours } from "../src/core/epochs.ts";
import { epochAt } from "../src/core/ids.ts";
import { silentLog } from "../src/core/log.ts";
import { noMetrics } from "../src/core/metrics.ts";
import type { EpochRecord } from "../src/flow/draw.ts";
import { Sampler } from "../src/sample/sampler.ts";
import { type DispatchServer, startDispatchServer } from "./dispatchServer.ts";
import { startFleet } from "./fleet.ts";
import { hotkeys } from "./presign.ts";
import { proofFacts } from "./proofLane.ts";
import { type BenchOptions, type BenchReport, machine, round } from "./report.ts";
import { benchSecret } from "./server.ts";
import { measureFloor } from "./streamFloor.ts";

const MINERS = 250;
const IN_FLIGHT = 6400;
const SERVICE_MS = 200;
/** Caps of 32 after a restart, of which each counts once the miner has 100 results. */
const CAP = 32;
const WARM_UP_MS = 30_000;
/** Enough draws that chance alone moves the rate by 0.02 of a per cent. */
const DRAWS = 1_000_000;

/** Ends of jobs by how they ended. */
async function ends(server: DispatchServer): Promise<Record<string, number>> {
  const { body } = await server.metrics.expose();
  const lines = [...body.matchAll(/^assay_dispatch_ended_total\{[^}]*end="(\w+)"[^}]*\} (\d+)$/gm)];
  return Object.fromEntries(lines.map(([, end, count]) => [end ?? "", Number(count)]));
}

interface Phase {
  readonly perS: number;
  /** CPU seconds of this process per second. */
  readonly cpu: number;
  readonly inFlightLeast: number;
  readonly inFlightMost: number;
  /** The most verification units pending, and their bound. */
  readonly pendingMost: number;
  readonly ended: Readonly<Record<string, number>>;
  readonly answered: number;
}

async function measure(checked: boolean, seconds: number, note: BenchOptions["progress"]): Promise<Phase> {
  const { facts, answers } = proofFacts();
  const pairs = await hotkeys(MINERS);
  const server = await startDispatchServer({
    ...{ facts, checked, cap: CAP, ceiling: IN_FLIGHT },
    hotkeys: pairs.map(({ hotkey }) => hotkey),
  });
  const plan = { miners: MINERS, capacity: 1000, serviceMs: SERVICE_MS, answers };
  const fleet = await startFleet({ ...plan, url: server.url, validator: "bench" });
  try {
    note(`${MINERS} miners, warming up`);
    await sleep(WARM_UP_MS);
    const before = (await ends(server)).answered ?? 0;
    const [startedAt, cpu] = [performance.now(), process.cpuUsage()];
    const seen: number[] = [];
    let pendingMost = 0;
    const look = setInterval(() => {
      seen.push(server.dispatcher.stats().inFlight);
      pendingMost = Math.max(pendingMost, server.proofVerifier.pendingUnits());
    }, 20);
    await sleep(seconds * 1000);
    clearInterval(look);
    const spent = process.cpuUsage(cpu);
    const tookS = (performance.now() - startedAt) / 1000;
    const perS = (((await ends(server)).answered ?? 0) - before) / tookS;
    note(`${Math.round(perS)} jobs/s`);
    await server.dispatcher.drain(5000);
    await sleep(1000);
    return {
      perS,
      cpu: (spent.user + spent.system) / 1e6 / tookS,
      inFlightLeast: Math.min(...seen),
      inFlightMost: Math.max(...seen),
      pendingMost,
      ended: await ends(server),
      answered: fleet.counts().answered,
    };
  } finally {
    await fleet.stop();
    await server.close();
  }
}

/** The realised rate of a lane at a number of jobs per miner and tempo. */
async function drawRate(jobsPerMiner: number): Promise<number> {
  const records = new Map<number, EpochRecord>();
  const sampler = new Sampler(
    {
      epochs: everyHours(1),
      policy: {
        lanes: { groth16: "20/500" },
        classes: { customer: "1", cold_start: "1/5", struck: "1/2" },
        floor: "1/100",
      },
      masters: [Buffer.from(benchSecret)],
    },
    {
      store: {
        commitEpoch: async (record) => {
          const whole = { ...record, closed_at: null, revealed_key: null, log_head: "", log_length: 0 };
          records.set(record.epoch, whole);
          return whole;
        },
        closeEpoch: async () => null,
        addLogHead: async () => false,
        logHeads: async () => [],
        epoch: async (epoch) => records.get(epoch) ?? null,
        openEpochs: async () => [...records.values()],
      },
      signer: makeSigner(generatePrivateJwk()),
      clock: systemClock,
      log: silentLog,
      metrics: noMetrics,
    },
  );
  await sampler.start();
  const epoch = epochAt(Date.now(), 1);
  let sampled = 0;
  for (let i = 0; i < DRAWS; i++) {
    const hotkey = `miner-${Math.floor(i / jobsPerMiner)}`;
    if (sampler.draw("groth16", hotkey, `jb_${i}`, epoch, []).sampled) sampled++;
  }
  return (100 * sampled) / DRAWS;
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

/**
 * Jobs per second through the whole push lane: caps, share-out, draws recorded before sending, accounts, log, streams. First
 * with checks that cost nothing, so that the figure is the dispatcher's own, beside bare sockets with the same traffic; then with
 * every drawn proof checked, where verification is the bound.
 */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { answers } = proofFacts();
  const plan = { miners: MINERS, capacity: 1000, serviceMs: SERVICE_MS, answers };
  const first = Object.values(answers)[0] ?? "";
  options.progress("floor: bare sockets");
  const floor = await measureFloor({
    ...plan,
    answers: { any: first },
    inFlight: IN_FLIGHT,
    seconds: options.seconds,
  });
  options.progress(`floor ${Math.round(floor)} jobs/s`);
  const own = await measure(false, options.seconds, options.progress);
  const bound = await measure(true, options.seconds, options.progress);
  options.progress("draw rates");
  const rates = [await drawRate(500), await drawRate(7000), await drawRate(100_000)];
  return {
    bench: "dispatch",
    figures: {
      jobs_per_s: round(own.perS, 1),
      floor_jobs_per_s: round(floor, 1),
      in_flight_least: own.inFlightLeast,
      in_flight_most: own.inFlightMost,
      dispatcher_cpu: round(own.cpu, 2),
      verified_bound_jobs_per_s: round(bound.perS, 1),
      pending_units_most: bound.pendingMost,
      lost: own.answered - (own.ended.answered ?? 0) + bound.answered - (bound.ended.answered ?? 0),
      failed: sum(own.ended) + sum(bound.ended) - (own.ended.answered ?? 0) - (bound.ended.answered ?? 0),
      draw_rate_500: round(rates[0] ?? 0, 3),
      draw_rate_7000: round(rates[1] ?? 0, 3),
      draw_rate_100000: round(rates[2] ?? 0, 3),
    },
    ratios: { jobs_to_floor: round(own.perS / floor), verified_bound_to_jobs: round(bound.perS / own.perS) },
    machine: machine(),
  };
}
