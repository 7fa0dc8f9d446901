import { type ChainDoubleOptions, doubleGenesis } from "../test/support/chain/options.ts";
import { type RunningDouble, startChainDouble } from "../test/support/chain/startChainDouble.ts";
import { type ChainPlan, NETUID } from "./chain/chainUnderTest.ts";
import { failovers } from "./chain/failover.ts";
import { followCost } from "./chain/follow.ts";
import { metagraphTimes } from "./chain/metagraph.ts";
import { neurons } from "./chain/neurons.ts";
import { timelockTimes } from "./chain/timelock.ts";
import { type BenchOptions, type BenchReport, machine, round } from "./report.ts";

const UIDS = 256;
/** The double makes blocks faster than a chain does, so that the bench ends: what a block costs does not depend on that. */
const BLOCK_MS = 500;
const CHAIN_BLOCK_MS = 12_000;
const STALE_AFTER_MS = 4000;
const FOLLOWED = 25;

/** The most that each figure may be. */
const limits = {
  metagraph_ms: 150,
  follow_cpu: 0.01,
  follow_mb: 30,
  timelock_ms: 50,
  failover_s: STALE_AFTER_MS / 1000 + 5,
} as const;

const rows = neurons(UIDS);

async function withDouble<T>(
  change: Partial<ChainDoubleOptions>,
  use: (double: RunningDouble, plan: ChainPlan) => Promise<T>,
): Promise<T> {
  const double = await startChainDouble({
    ...{ subnets: [{ netuid: NETUID, neurons: rows }], blockMs: BLOCK_MS },
    ...change,
  });
  const plan = {
    ...{ urls: double.urls, genesis: doubleGenesis, hotkey: rows[0]?.hotkey ?? "" },
    ...{ blockMs: BLOCK_MS, staleAfterMs: STALE_AFTER_MS },
  };
  try {
    return await use(double, plan);
  } finally {
    await double.close();
  }
}

/** What a Bittensor chain costs a validator, against a double of a node in another process, and how soon another endpoint is used. */
export async function run({ progress }: BenchOptions): Promise<BenchReport> {
  progress(`the metagraph of ${UIDS} uids`);
  const metagraph = await withDouble({}, metagraphTimes);
  progress(`following ${FOLLOWED} blocks, beside validators on a local chain`);
  const followed = await followCost(UIDS, FOLLOWED);
  progress("commits encrypted");
  const timelock = timelockTimes();
  const seconds = await withDouble({ endpoints: 2 }, (double, plan) => failovers(double, plan, progress));
  const figures = {
    metagraph_ms: metagraph.ms,
    follow_cpu: followed.cpuMs / CHAIN_BLOCK_MS,
    follow_mb: followed.rssMb,
    timelock_ms: timelock.encryptMs,
    failover_s: Math.max(...Object.values(seconds)),
  };
  return {
    bench: "chain",
    figures: {
      ...rounded(figures),
      metagraph_requests: metagraph.requests,
      metagraph_rows: metagraph.rows,
      ...rounded({ metagraph_floor_ms: metagraph.floorMs, timelock_first_ms: timelock.firstEncryptMs }),
      ...rounded({ timelock_open_ms: timelock.decryptMs, follow_block_ms: followed.cpuMs }),
      ...rounded({ local_rss_mb: followed.localRssMb, real_metadata: followed.realMetadata }),
      ...rounded(Object.fromEntries(Object.entries(seconds).map(([name, s]) => [`failover_${name}_s`, s]))),
      ...Object.fromEntries(Object.entries(limits).map(([name, limit]) => [`${name}_limit`, limit])),
    },
    ratios: {
      metagraph_to_floor: round(metagraph.ms / metagraph.floorMs, 2),
      ...Object.fromEntries(
        Object.entries(limits).map(([name, limit]) => [
          `${name}_to_limit`,
          round(figures[name as keyof typeof limits] / limit),
        ]),
      ),
    },
    machine: machine(),
  };
}

function rounded(figures: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, round(value, 4)]));
}
