import type { SubtensorNode } from "../../src/chain/subtensor/node.ts";
import { openSubtensorChain } from "../../src/chain/subtensor/open.ts";
import type { WeightsHook } from "../../src/chain/subtensor/ports.ts";
import { unknownHeights } from "../../src/chain/subtensor/weights/weightsStatus.ts";
import { systemClock } from "../../src/core/clock.ts";
import { type Log, silentLog } from "../../src/core/log.ts";
import { noMetrics } from "../../src/core/metrics.ts";
import { systemRandom } from "../../src/core/random.ts";
import type { Chain } from "../../src/flow/chain.ts";

export const NETUID = 7;

export interface ChainPlan {
  readonly urls: readonly string[];
  readonly genesis: string;
  readonly hotkey: string;
  readonly blockMs: number;
  readonly staleAfterMs: number;
}

export interface ChainUnderTest {
  readonly chain: Chain;
  readonly node: SubtensorNode;
  /** Place in `urls` of the endpoint in use; null while none is. */
  used(): number | null;
}

/** Sends nothing. */
const idleWeights: WeightsHook = {
  submit: async () => [],
  tick: async () => {},
  close: async () => {},
  status: () => ({ ...unknownHeights, stopped: null, alarms: [] }),
  resume: async () => {},
  held: () => null,
};

/** Hears which endpoint is used, and nothing else. */
function listening(): { readonly log: Log; readonly used: () => string | null } {
  let used: string | null = null;
  const hear = (event: string, fields?: Readonly<Record<string, unknown>>): void => {
    if (event !== "chain_endpoint_used") return;
    used = typeof fields?.endpoint === "string" ? fields.endpoint : null;
  };
  return { log: { ...silentLog, info: hear, error: hear }, used: () => used };
}

/** The chain as a validator opens it, without anything to send. */
export async function openChainUnderTest(plan: ChainPlan): Promise<ChainUnderTest> {
  let node: SubtensorNode | null = null;
  const { log, used } = listening();
  const chain = await openSubtensorChain(
    {
      ...plan,
      ...{ netuid: NETUID, mechanism: 0, validatorsMayMine: false, weightsSetting: "auto", publish: null },
      ...{ driftMostMs: 8000, waitMs: 30_000 },
    },
    {
      ...{ clock: systemClock, random: systemRandom, log, metrics: noMetrics },
      signer: () => Promise.reject(new Error("nothing is signed here")),
      weights: (live) => {
        node = live;
        return idleWeights;
      },
    },
  );
  if (node === null) throw new Error("the chain made no node");
  const names = plan.urls.map((url) => new URL(url).host);
  return {
    chain,
    node,
    used: () => {
      const name = used();
      const place = names.findIndex((host) => name?.includes(host));
      return place < 0 ? null : place;
    },
  };
}
