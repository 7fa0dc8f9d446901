import type { TestContext } from "node:test";
import type { CallSigner } from "../../../src/chain/subtensor/connect/nodeApi.ts";
import type { SubtensorNode } from "../../../src/chain/subtensor/node.ts";
import { openSubtensorChain } from "../../../src/chain/subtensor/open.ts";
import type { SubtensorOptions, WeightsHook } from "../../../src/chain/subtensor/ports.ts";
import { unknownHeights } from "../../../src/chain/subtensor/weights/weightsStatus.ts";
import { type Clock, systemClock } from "../../../src/core/clock.ts";
import type { Log } from "../../../src/core/log.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import { systemRandom } from "../../../src/core/random.ts";
import type { Chain } from "../../../src/flow/chain.ts";
import { keypairOfUri } from "../../../src/keys/uri.ts";
import { type ChainDoubleOptions, doubleGenesis, type NeuronOptions } from "../chain/options.ts";
import { type RunningDouble, startChainDouble } from "../chain/startChainDouble.ts";

export const NETUID = 7;
/** As short as a busy machine allows. */
export const STALE_MS = 3000;
export const BLOCK_MS = 200;

export const keys = {
  alice: await keypairOfUri("//Alice"),
  bob: await keypairOfUri("//Bob"),
  charlie: await keypairOfUri("//Charlie"),
  dave: await keypairOfUri("//Dave"),
};

export const neurons: readonly NeuronOptions[] = [
  { hotkey: keys.alice.hotkey, stake: 1000, permit: true },
  { hotkey: keys.bob.hotkey, stake: 5, axon: { ip: "192.0.2.1", port: 4711 } },
  { hotkey: keys.charlie.hotkey },
];

/** A double with one subnet that ends with the test. */
export async function doubleFor(
  t: TestContext,
  options: Partial<ChainDoubleOptions> = {},
): Promise<RunningDouble> {
  const subnets = [{ netuid: NETUID, neurons, tempo: 1000, commitReveal: false, rateLimit: 0 }];
  const double = await startChainDouble({ subnets, blockMs: BLOCK_MS, finalityLag: 1, ...options });
  t.after(() => double.close());
  return double;
}

export interface LogLine {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface OpenedChain {
  readonly chain: Chain;
  readonly node: SubtensorNode;
  readonly lines: LogLine[];
  has(event: string): boolean;
}

function logTo(lines: LogLine[]): Log {
  const add = (event: string, data: object = {}): void => void lines.push({ event, data: { ...data } });
  return { debug: add, info: add, warn: add, error: add };
}

/** Sends nothing. */
export function noWeights(): WeightsHook {
  const status = () => ({ ...unknownHeights, stopped: null, alarms: [] });
  const idle = async (): Promise<void> => {};
  return { submit: async () => [], tick: idle, resume: idle, close: idle, status, held: () => null };
}

/** The chain client on these endpoints; it is closed with the test, whatever the nodes do by then. */
export async function openedOn(
  t: TestContext,
  urls: readonly string[],
  given: Partial<SubtensorOptions> & {
    readonly clock?: Clock;
    readonly weights?: (node: SubtensorNode, log: Log) => WeightsHook;
    readonly signer?: CallSigner;
  } = {},
): Promise<OpenedChain> {
  const lines: LogLine[] = [];
  const { clock = systemClock, weights = noWeights, signer = keys.alice, ...options } = given;
  let node: SubtensorNode | null = null;
  const chain = await openSubtensorChain(
    {
      ...{ urls, genesis: doubleGenesis, netuid: NETUID, mechanism: 0, staleAfterMs: STALE_MS },
      ...{ blockMs: BLOCK_MS, hotkey: keys.alice.hotkey, validatorsMayMine: false, publish: null },
      weightsSetting: "auto",
      ...{ driftMostMs: 8000, waitMs: 20_000 },
      ...options,
    },
    {
      ...{ clock, random: systemRandom, log: logTo(lines), metrics: noMetrics },
      signer: async () => signer,
      weights: (of) => {
        node = of;
        return weights(of, logTo(lines));
      },
    },
  );
  t.after(() => chain.close());
  if (node === null) throw new Error("the node was not made");
  return { chain, node, lines, has: (event) => lines.some((line) => line.event === event) };
}
