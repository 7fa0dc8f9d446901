import type { Neuron } from "../chain/subtensor/node.ts";
import type { OwnState } from "../chain/subtensor/probe/ownState.ts";
import type { Probe } from "../chain/subtensor/probe/probe.ts";
import type { EndpointReport } from "../chain/subtensor/probe/probedEndpoint.ts";
import type { SubtensorChainConfig } from "../config/chainSchema.ts";
import type { Config } from "../config/schema.ts";
import { subnetOf } from "../config/subnet.ts";
import { systemClock } from "../core/clock.ts";
import { genesisName } from "../core/genesis.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { HeldWeights } from "../flow/chain.ts";
import type { WeightPlanSummary, WeightPlanView } from "../http/handlers.ts";
import { hotkeyAtHand, openProbe, subtensorOf } from "./chainProbe.ts";
import { readRecords } from "./chainRecords.ts";
import { pathsOf } from "./paths.ts";
import { planSummary, planView } from "./planViews.ts";
import { storeSource } from "./storeSource.ts";

/** An endpoint as it is shown. */
export interface EndpointView {
  readonly name: string;
  readonly in_use: boolean;
  /** `finney`, `test` or a hash. */
  readonly genesis: string | null;
  readonly height: number | null;
  readonly age_ms: number | null;
  readonly latency_ms: number | null;
  readonly runtime: string | null;
  /** What the runtime lacks that is needed. */
  readonly missing: readonly string[];
  readonly fault: string | null;
}

/** How the validator's hotkey stands on its subnet. */
export interface OwnView {
  readonly hotkey: string;
  readonly uid: number | null;
  readonly stake: number;
  readonly stake_threshold: number;
  readonly permit: boolean;
  readonly is_owner: boolean;
  /** 0: never. */
  readonly last_update: number;
  readonly commit_reveal: boolean;
  /** How weights would be sent now; null where the setting and the subnet contradict each other. */
  readonly method: string | null;
  readonly rate_limit: number;
  /** The first block that takes other weights. */
  readonly weights_from_block: number;
  readonly version_key: number;
  readonly next_epoch_block: number | null;
}

export interface ChainStatusView {
  readonly network: string;
  readonly netuid: number;
  readonly mechanism: number;
  readonly endpoints: readonly EndpointView[];
  /** The finalised block that the rest was read at; null where no endpoint is healthy. */
  readonly block: number | null;
  readonly own: OwnView | null;
  readonly plans: readonly WeightPlanSummary[];
  readonly alarms: readonly { readonly code: string; readonly text: string }[];
  /** What could not be looked at, and why. */
  readonly missing: readonly string[];
}

export interface ToolOptions {
  readonly config: Config;
  readonly dataDir: string;
}

/** Opens the endpoints, and closes them after the work. */
async function withProbe<T>(chain: SubtensorChainConfig, work: (probe: Probe) => Promise<T>): Promise<T> {
  const probe = await openProbe(chain, systemClock);
  try {
    return await work(probe);
  } finally {
    probe.close();
  }
}

export function endpointView(report: EndpointReport, used: string | null): EndpointView {
  const { name, genesis, block, ageMs, latencyMs, runtime, presence, fault } = report;
  return {
    ...{ name, in_use: name === used, genesis: genesis === null ? null : genesisName(genesis) },
    ...{ height: block?.number ?? null, age_ms: ageMs, latency_ms: latencyMs },
    runtime: runtime === null ? null : `${runtime.name} ${runtime.version}`,
    missing: (presence?.lacks ?? []).filter(({ isOptional }) => !isOptional).map(({ entry }) => entry),
    fault,
  };
}

async function ownView(
  hotkey: string,
  setting: SubtensorChainConfig["weights"],
  state: OwnState,
): Promise<OwnView> {
  const [{ methodOf }, { nextEpochBlock }] = await Promise.all([
    import("../chain/subtensor/weights/method.ts"),
    import("../chain/subtensor/timelock/schedule.ts"),
  ]);
  const { limits, schedule } = state;
  const choice = methodOf(setting, limits, schedule);
  return {
    ...{ hotkey, uid: limits.uid, stake: limits.stake, stake_threshold: limits.stakeThreshold },
    ...{ permit: limits.permit, is_owner: limits.isOwner, last_update: limits.lastUpdate },
    ...{ commit_reveal: limits.commitReveal, method: choice.kind === "method" ? choice.method : null },
    rate_limit: limits.rateLimit,
    weights_from_block: limits.lastUpdate === 0 ? 0 : limits.lastUpdate + limits.rateLimit,
    ...{ version_key: limits.versionKey, next_epoch_block: nextEpochBlock(schedule) },
  };
}

const NO_HOTKEY =
  "the hotkey file does not exist yet, so the hotkey's state is not shown; `assay init` makes it";

/** Endpoints, the own hotkey, open plans and alarms; works with or without a running validator. Throws `chain_local`. */
export async function chainStatus({ config, dataDir }: ToolOptions): Promise<ChainStatusView> {
  const chain = subtensorOf(config, "endpoints");
  const paths = pathsOf(config, dataDir);
  const { STOP_NOTE, stopOf, stopText } = await import("../chain/subtensor/weights/watch.ts");
  const { readOwnState } = await import("../chain/subtensor/probe/ownState.ts");
  const { openAlarms } = await import("../chain/subtensor/weights/openAlarms.ts");
  const hotkey = await hotkeyAtHand(config, paths);
  const records = await readRecords(storeSource(config, paths), [STOP_NOTE]);
  return withProbe(chain, async (probe) => {
    const state = probe.block === null ? null : await readOwnState(probe, chain, hotkey ?? "");
    const stop = stopOf(records.note(STOP_NOTE));
    return {
      ...subnetOf(config),
      mechanism: chain.mechanism,
      endpoints: probe.reports.map((report) => endpointView(report, probe.used)),
      block: state?.block.number ?? null,
      own: state === null || hotkey === null ? null : await ownView(hotkey, chain.weights, state),
      plans: records.open.map(planSummary),
      alarms: [
        ...(stop === null ? [] : [{ code: stop.code, text: stopText(stop) }]),
        ...(state === null ? [] : openAlarms(records.open, state)),
      ],
      missing: [
        ...(hotkey === null ? [NO_HOTKEY] : []),
        ...(state === null ? ["no endpoint is healthy, so the chain's state is not shown"] : []),
        ...(records.fault === null ? [] : [`plans are not shown: ${records.fault}`]),
      ],
    };
  });
}

export interface MetagraphView {
  readonly network: string;
  readonly netuid: number;
  readonly block: number;
  readonly tempo: number;
  readonly owner_hotkey: string | null;
  readonly neurons: readonly {
    readonly uid: number;
    readonly hotkey: string;
    readonly coldkey: string;
    readonly stake: number;
    readonly permit: boolean;
    readonly axon: string | null;
    readonly last_update: number;
  }[];
}

function axonText(axon: Neuron["axon"]): string | null {
  if (axon === null) return null;
  return axon.ip.includes(":") ? `[${axon.ip}]:${axon.port}` : `${axon.ip}:${axon.port}`;
}

/** Everyone on the subnet at one block. Throws `chain_local`, `chain_unavailable`. */
export async function metagraphOf({ config }: ToolOptions): Promise<MetagraphView> {
  const chain = subtensorOf(config, "metagraph");
  const { readMetagraph } = await import("../chain/subtensor/read/metagraph.ts");
  const read = await withProbe(chain, (probe) =>
    probe.read("the metagraph", (api, at) => readMetagraph(api, at, chain)),
  );
  return {
    ...subnetOf(config),
    ...{ block: read.block.number, tempo: read.tempo, owner_hotkey: read.ownerHotkey },
    neurons: read.neurons.map(({ uid, hotkey, coldkey, stake, permit, axon, lastUpdate }) => ({
      ...{ uid, hotkey, coldkey, stake, permit, axon: axonText(axon), last_update: lastUpdate },
    })),
  };
}

export interface HeldView extends HeldWeights {
  readonly hotkey: string;
  /** Who holds the uids of `weights`, in their order. */
  readonly hotkeys: readonly (string | null)[];
  /** The latest plan on record. */
  readonly plan: WeightPlanView | null;
  readonly missing: readonly string[];
}

/** What the chain holds of the validator's weights, beside the last plan. Throws `chain_local`, `chain_unavailable`. */
export async function heldOf({ config, dataDir }: ToolOptions): Promise<HeldView> {
  const chain = subtensorOf(config, "weights on chain");
  const paths = pathsOf(config, dataDir);
  const { readOwnState, readOwnWeights } = await import("../chain/subtensor/probe/ownState.ts");
  const hotkey = await hotkeyAtHand(config, paths);
  if (hotkey === null)
    throw new AssayError({ code: "file_unreadable", file: paths.hotkey, cause_text: "it does not exist" });
  const records = await readRecords(storeSource(config, paths), []);
  return withProbe(chain, async (probe) => {
    const state = await readOwnState(probe, chain, hotkey);
    const { weights, hashCommits, timelockedCommits } = await readOwnWeights(probe, chain, hotkey, state);
    return {
      ...{ hotkey, block: state.block.number, uid: state.limits.uid, weights },
      hotkeys: weights.map(({ uid }) => state.metagraph.neurons[uid]?.hotkey ?? null),
      hash_commits: hashCommits,
      timelocked_commits: timelockedCommits.map(({ epoch, block, round }) => ({ epoch, block, round })),
      plan: records.last === null ? null : planView(records.last),
      missing: records.fault === null ? [] : [`the last plan is not shown: ${records.fault}`],
    };
  });
}
