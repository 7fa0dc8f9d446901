import { setTimeout as sleep } from "node:timers/promises";
import type { ControlCommand } from "../../test/support/chain/control/messages.ts";
import type { Faults } from "../../test/support/chain/rpc/faults.ts";
import type { RunningDouble } from "../../test/support/chain/startChainDouble.ts";
import { type ChainPlan, type ChainUnderTest, openChainUnderTest } from "./chainUnderTest.ts";

/** What goes wrong at the endpoint in use; the other one is healthy. */
const faults: Readonly<Record<string, Partial<Faults>>> = {
  silence: { silent: true },
  half_open: { halfOpen: true },
  slow: { slowMs: 600_000 },
  lag: { lag: "all" },
  finality_lag: { lag: "finality" },
  pruned: { keepStates: 0 },
  refused_calls: { refuse: ["chainHead_v1_storage", "chainHead_v1_call"] },
  connection_lost: { refuseConnections: true },
  other_genesis: { genesis: `0x${"77".repeat(32)}` },
};
/** Faults that the present connection does not show. */
const needsNewConnection = new Set(["connection_lost", "other_genesis"]);

const MOST_MS = 60_000;

async function until(holds: () => boolean, what: string): Promise<void> {
  const end = performance.now() + MOST_MS;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`${what} took more than ${MOST_MS} ms`);
    await sleep(10);
  }
}

/** Seconds from a fault of the endpoint in use to the next height, which the other one told. */
async function one(double: RunningDouble, { chain, used }: ChainUnderTest, name: string): Promise<number> {
  await until(() => used() !== null && chain.block() !== null, `${name}: an endpoint in use`);
  const endpoint = used() ?? 0;
  const tell = (command: ControlCommand): Promise<unknown> => double.control(command);
  const before = chain.block() ?? 0;
  const begun = performance.now();
  await tell({ do: "faults", endpoint, set: faults[name] ?? {} });
  if (needsNewConnection.has(name)) await tell({ do: "closeSockets", endpoint });
  // Two blocks may have been on their way.
  await until(() => used() === 1 - endpoint && (chain.block() ?? 0) > before + 2, name);
  const seconds = (performance.now() - begun) / 1000;
  await tell({ do: "healthy", endpoint });
  return seconds;
}

/** By fault. Both endpoints are connected when it begins, as in production. */
export async function failovers(
  double: RunningDouble,
  plan: ChainPlan,
  progress: (line: string) => void,
): Promise<Record<string, number>> {
  const seconds: Record<string, number> = {};
  for (const name of Object.keys(faults)) {
    progress(`an endpoint that fails: ${name}`);
    const opened = await openChainUnderTest(plan);
    try {
      await sleep(4 * plan.blockMs);
      seconds[name] = await one(double, opened, name);
    } finally {
      await opened.chain.close();
    }
  }
  return seconds;
}
