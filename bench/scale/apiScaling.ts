import { type SubmissionCosts, throughput } from "../../src/economics/capacity.ts";
import { ask, metricIn } from "../../test/support/observe/scrape.ts";
import { database } from "../database.ts";
import { loaderFor, REQUESTS_PER_S_MOST } from "../loader.ts";
import { type BenchOptions, machine, median, round } from "../report.ts";
import type { BenchServer } from "../server.ts";
import { cpuOf, cpuOfServers } from "./cpu.ts";
import { BenchFleet } from "./fleet.ts";

const COUNTS = [1, 2, 4] as const;
/** As long as a process needs to compile what it runs: with four of them each gets a quarter of the requests. */
const WARM_UP_S = 10;

/** What a number of api processes took, and what each submission cost, in microseconds. */
interface Taken {
  readonly perS: number;
  /** Admissions in one transaction. */
  readonly group: number;
  readonly us: Readonly<Record<"api" | "workers" | "verify" | "database" | "client" | "lock", number>>;
}

interface Snapshot {
  readonly api: number;
  readonly workers: number;
  readonly verify: number;
  readonly database: number;
  readonly client: number;
  readonly lock: number;
  readonly groups: number;
}

async function snapshot(apis: readonly BenchServer[], verify: BenchServer): Promise<Snapshot> {
  const main = apis.reduce((total, { pid }) => total + cpuOf(pid).main, 0);
  const all = apis.reduce((total, { pid }) => total + cpuOf(pid).all, 0);
  const { user, system } = process.cpuUsage();
  let [lock, groups] = [0, 0];
  for (const { metricsSocket } of apis) {
    const { body } = await ask({ socketPath: metricsSocket });
    lock += 1e6 * metricIn(body, "assay_store_group_seconds_sum");
    groups += metricIn(body, "assay_store_group_seconds_count");
  }
  return {
    ...{ api: main, workers: all - main, verify: cpuOf(verify.pid).all },
    ...{ database: cpuOfServers("postgres"), client: user + system, lock, groups },
  };
}

async function taken(count: number, options: BenchOptions): Promise<Taken> {
  const { url, drop } = await database();
  const fleet = await BenchFleet.on(url);
  try {
    const verify = await fleet.start("verify,weigh", "verify");
    const apis: BenchServer[] = [];
    for (let i = 1; i <= count; i++) apis.push(await fleet.start("api", `api-${i}`));
    const clients = Math.ceil(options.clients / count);
    const perS = Math.ceil(REQUESTS_PER_S_MOST / count);
    const loaders = await Promise.all(
      // Each has tiers and numbers of its own, so that none repeats what another sends.
      apis.map((server, i) =>
        loaderFor(server, options, { scheme: "sealed", tiers: [1], from: i * 200_000 }),
      ),
    );
    await Promise.all(
      loaders.map((loader) => loader.run(`${count} api, warm-up`, { clients, seconds: WARM_UP_S, perS })),
    );
    const { seconds } = options;
    const signed = loaders.map((loader) => loader.sign(`${count} api`, seconds * perS));
    const before = await snapshot(apis, verify);
    const results = await Promise.all(
      loaders.map((loader, i) => loader.send(signed[i] ?? [], { clients, seconds })),
    );
    const after = await snapshot(apis, verify);
    const accepted = results.reduce((total, result) => total + result.accepted, 0);
    const each = (of: keyof Snapshot): number => (after[of] - before[of]) / accepted;
    const us = {
      ...{ api: each("api"), workers: each("workers"), verify: each("verify") },
      ...{ database: each("database"), client: each("client"), lock: each("lock") },
    };
    const took = median(results.map((result) => result.seconds));
    return { perS: accepted / took, group: 1 / each("groups"), us };
  } finally {
    await fleet.stop();
    await drop();
  }
}

/** Processor time of all that takes part, per submission. */
function processorUs({ us }: Taken): number {
  return us.api + us.workers + us.verify + us.database + us.client;
}

/** The costs that one process shows, as the model takes them. */
function costsOf({ us }: Taken): SubmissionCosts {
  return {
    ...{ api: us.api, hotkeySignature: us.workers, sessionSignature: us.workers, verify: us.verify },
    ...{ database: us.database, lock: us.lock, bytes: 0, walBytes: 0 },
  };
}

/**
 * One, two and four api processes on the cores of this machine, beside the model. Its costs are those of one process that has as many
 * clients as each of them: the fewer submissions share a transaction, the more each costs.
 */
export async function apiScaling(options: BenchOptions): Promise<{
  readonly figures: Record<string, number>;
  readonly ratios: Record<string, number>;
}> {
  const figures: Record<string, number> = {};
  const ratios: Record<string, number> = {};
  for (const count of COUNTS) {
    const result = await taken(count, options);
    const clients = Math.ceil(options.clients / count);
    const one = count === 1 ? result : await taken(1, { ...options, clients });
    if (count === 1) for (const [name, us] of Object.entries(result.us)) figures[`${name}_us`] = round(us, 1);
    const given = { processes: count, cores: Number(machine().cores), clientUs: one.us.client };
    // What the check costs is in what the verify process costs.
    const predicted = throughput({ ...given, sessionShare: 0, checkUs: 0, sampledShare: 1 }, costsOf(one));
    figures[`api_${count}_per_s`] = round(result.perS, 1);
    figures[`api_${count}_predicted_per_s`] = round(predicted, 1);
    figures[`api_${count}_group`] = round(result.group, 1);
    figures[`api_${count}_model_group`] = round(one.group, 1);
    figures[`api_${count}_cpu_us`] = round(processorUs(result), 1);
    figures[`api_${count}_model_cpu_us`] = round(processorUs(one), 1);
    ratios[`api_${count}_to_model`] = round(result.perS / predicted);
  }
  return { figures, ratios };
}
