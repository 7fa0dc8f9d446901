import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { doubleGenesis } from "../../test/support/chain/options.ts";
import { realMetadataFile } from "../../test/support/chain/realMetadata.ts";
import { startChainDouble } from "../../test/support/chain/startChainDouble.ts";
import { ask, metricIn } from "../../test/support/observe/scrape.ts";
import { median } from "../report.ts";
import { type BenchServer, benchConfig, startServer, upArguments } from "../server.ts";
import { NETUID } from "./chainUnderTest.ts";
import { neurons } from "./neurons.ts";

/** Everyone's development key, which is uid 0 of the subnet: a validator with a permit reads most. */
const ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
const ALICE_SECRET = "bottom drive obey lake curtain smoke basket hold race lonely fit walk//Alice";

/**
 * Faster than the 12 s of a chain, so that the bench ends; a block costs no less for it. Much faster would show memory that no chain
 * asks for, as each block is held for 20 s.
 */
const BLOCK_MS = 2000;
const WARM_UP_BLOCKS = 5;
/** Validators of each kind: where a heap begins differs by more than 5 MB from one start to the next. */
const COPIES = 3;
const REQUEST_MS = 250;
const MEGABYTE = 2 ** 20;
const MOST_MS = 120_000;

export interface FollowCost {
  /** Of processor time per block. */
  readonly cpuMs: number;
  readonly rssMb: number;
  readonly localRssMb: number;
  /** 1 where the double served the metadata of a real runtime, which is larger than its own. */
  readonly realMetadata: number;
}

/** What was seen of one validator. */
interface Seen {
  readonly server: BenchServer;
  cpuS: number;
  highestMb: number;
}

interface Chain {
  readonly kind: string;
}

function start(chain: Chain): Promise<BenchServer> {
  return startServer("../bin/assay.js", upArguments, { ...benchConfig, chain }, async (dir) => {
    const options = { mode: 0o600 };
    mkdirSync(join(dir, "keys"), { recursive: true });
    writeFileSync(join(dir, "keys/wallet.json"), `${ALICE_SECRET}\n`, options);
  });
}

/** Asks what a load balancer and Prometheus ask, and notes what the process says of itself. */
async function look(seen: Seen): Promise<void> {
  const { url, metricsSocket } = seen.server;
  for (const path of ["/readyz", "/v1/status"]) await (await fetch(url + path)).text();
  const { body } = await ask({ socketPath: metricsSocket });
  seen.cpuS = metricIn(body, "process_cpu_seconds_total");
  const rssMb = metricIn(body, "process_resident_memory_bytes") / MEGABYTE;
  seen.highestMb = Math.max(seen.highestMb, rssMb);
}

async function lookFor(ms: number, all: readonly Seen[]): Promise<void> {
  for (const until = performance.now() + ms; performance.now() < until; await sleep(REQUEST_MS))
    await Promise.all(all.map(look));
}

async function untilReady({ server }: Seen): Promise<void> {
  const end = performance.now() + MOST_MS;
  while (!(await fetch(`${server.url}/readyz`)).ok) {
    if (performance.now() > end) throw new Error("a validator under test did not become ready");
    await sleep(REQUEST_MS);
  }
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

async function compare(local: readonly Seen[], followers: readonly Seen[], blocks: number) {
  const all = [...local, ...followers];
  await Promise.all(all.map(untilReady));
  await lookFor(WARM_UP_BLOCKS * BLOCK_MS, all);
  const before = new Map(all.map((seen) => [seen, seen.cpuS]));
  const begunAt = performance.now();
  await lookFor(blocks * BLOCK_MS, all);
  const passed = (performance.now() - begunAt) / BLOCK_MS;
  const cpuS = (of: readonly Seen[]): number => mean(of.map((seen) => seen.cpuS - (before.get(seen) ?? 0)));
  const rssMb = (of: readonly Seen[]): number => median(of.map(({ highestMb }) => highestMb));
  return {
    cpuMs: (1000 * (cpuS(followers) - cpuS(local))) / passed,
    rssMb: rssMb(followers) - rssMb(local),
    localRssMb: rssMb(local),
  };
}

/**
 * Validators as `assay up` runs them, some on a local chain and some on a subnet of the double, beside each other and with the same
 * requests: the difference is what the chain costs. Memory is the highest resident memory that a process reaches, since a heap rises
 * and falls with its collections. The real runtime's metadata is used where a copy is found, as it is larger than the double's.
 */
export async function followCost(uids: number, blocks: number, endpoints = 1): Promise<FollowCost> {
  const metadata = existsSync(realMetadataFile) ? { metadata: realMetadataFile } : {};
  const subnet = { netuid: NETUID, neurons: neurons(uids, ALICE) };
  const double = await startChainDouble({ subnets: [subnet], blockMs: BLOCK_MS, endpoints, ...metadata });
  const subtensor = {
    ...{ kind: "subtensor", endpoints: double.urls, netuid: NETUID, genesis: doubleGenesis },
    ...{ block_ms: BLOCK_MS, wallet: { file: "keys/wallet.json" } },
  };
  const chains = { local: { kind: "local", block_ms: BLOCK_MS }, subtensor };
  const seen: Record<keyof typeof chains, Seen[]> = { local: [], subtensor: [] };
  try {
    for (let copy = 0; copy < COPIES; copy++) {
      for (const kind of ["local", "subtensor"] as const)
        seen[kind].push({ server: await start(chains[kind]), cpuS: 0, highestMb: 0 });
    }
    const cost = await compare(seen.local, seen.subtensor, blocks);
    return { ...cost, realMetadata: Number(existsSync(realMetadataFile)) };
  } finally {
    await Promise.all([...seen.local, ...seen.subtensor].map(({ server }) => server.stop()));
    await double.close();
  }
}
