import { openLocalChain } from "../chain/local/open.ts";
import type { SubtensorNode } from "../chain/subtensor/node.ts";
import type { SubtensorOptions, WeightsHook } from "../chain/subtensor/ports.ts";
import type { WeightsStore } from "../chain/subtensor/weights/weightsDriver.ts";
import type { LocalChainConfig, SubtensorChainConfig } from "../config/chainSchema.ts";
import type { Config } from "../config/schema.ts";
import { genesisHash } from "../core/genesis.ts";
import type { Metrics } from "../core/metrics.ts";
import type { Chain } from "../flow/chain.ts";
import type { Paths } from "./paths.ts";
import type { StartModules } from "./startOptions.ts";

export interface ChainModules extends Pick<StartModules, "clock" | "random" | "log"> {
  readonly metrics: Metrics;
}

export interface ChainUse {
  /** The validator's own. */
  readonly hotkey: string;
  /** How long opening waits for a first block. */
  readonly waitMs: number;
  /** Where plans of weights are kept; null where nothing is sent to the chain, neither weights nor an address. */
  readonly store: WeightsStore | null;
  /** Weights are held back while another process is the leader. Always the leader, when left out. */
  readonly isLeader?: () => boolean;
}

/** The chain that the configuration names. */
export function openChain(
  config: Config,
  paths: Pick<Paths, "hotkey" | "miners">,
  modules: ChainModules,
  use: ChainUse,
): Promise<Chain> {
  const { chain } = config;
  if (chain.kind === "local") return openLocal(chain, paths, modules);
  return openSubtensor(config, subtensorOptions(config, chain, use), paths, modules, use);
}

/** The height as far as it is known without a network. */
export async function heightAtHand(
  { chain }: Config,
  paths: Pick<Paths, "miners">,
  modules: Pick<ChainModules, "clock" | "log">,
): Promise<number | null> {
  if (chain.kind !== "local") return null;
  const opened = await openLocal(chain, paths, modules);
  await opened.close();
  return opened.block();
}

function openLocal(
  { block_ms: blockMs, genesis_ms: genesisMs, tempo }: LocalChainConfig,
  { miners: file }: Pick<Paths, "miners">,
  modules: Pick<ChainModules, "clock" | "log">,
): Promise<Chain> {
  const miners = file === null ? ({ kind: "open" } as const) : ({ kind: "file", file } as const);
  return openLocalChain({ blockMs, genesisMs, tempo, miners }, modules);
}

function subtensorOptions(
  { admit }: Config,
  chain: SubtensorChainConfig,
  { hotkey, waitMs, store }: ChainUse,
): SubtensorOptions {
  return {
    urls: chain.endpoints,
    genesis: genesisHash(chain.genesis) ?? chain.genesis,
    netuid: chain.netuid,
    mechanism: chain.mechanism,
    staleAfterMs: chain.stale_after_ms,
    blockMs: chain.block_ms,
    hotkey,
    validatorsMayMine: chain.validators_may_mine,
    weightsSetting: chain.weights,
    publish: store === null ? null : chain.publish,
    driftMostMs: admit.signature_window_ms,
    waitMs,
  };
}

/** Its client library and the library of keys are loaded only here: nothing else needs them. */
async function openSubtensor(
  config: Config,
  options: SubtensorOptions,
  { hotkey: source }: Pick<Paths, "hotkey">,
  modules: ChainModules,
  { store, isLeader = () => true }: Pick<ChainUse, "store" | "isLeader">,
): Promise<Chain> {
  const { openSubtensorChain } = await import("../chain/subtensor/open.ts");
  return openSubtensorChain(options, {
    ...modules,
    signer: async () => (await import("../keys/loadKeypair.ts")).loadKeypair(source),
    weights: store === null ? null : await weightsHook(config, options, store, { ...modules, isLeader }),
  });
}

/** What sends weights; held back while endpoints disagree. */
async function weightsHook(
  { chain, weigh }: Config,
  { netuid, mechanism, hotkey }: SubtensorOptions,
  store: WeightsStore,
  modules: ChainModules & { readonly isLeader: () => boolean },
): Promise<(node: SubtensorNode) => WeightsHook> {
  const { WeightsDriver } = await import("../chain/subtensor/weights/weightsDriver.ts");
  const setting = chain.kind === "subtensor" ? chain.weights : "auto";
  const { burn, every_tempos: everyTempos } = weigh;
  const options = {
    netuid,
    mechanism,
    hotkey,
    setting,
    burnAbsent: burn.absent,
    everyTempos,
    versionKey: null,
  };
  return (node) => {
    const hold = (): string | null => {
      const found = node.disagreement();
      return found === null ? null : `endpoints give different hashes for finalised block ${found.number}`;
    };
    return new WeightsDriver(options, { ...modules, node, store, hold });
  };
}
