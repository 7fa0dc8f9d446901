import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Metrics } from "../../core/metrics.ts";
import type { Random } from "../../core/random.ts";
import type { Chain, ChainWeights } from "../../flow/chain.ts";
import type { CallSigner } from "./connect/nodeApi.ts";
import type { SubtensorNode } from "./node.ts";
import type { PublishedAddress } from "./publisher.ts";
import type { WeightsSetting } from "./weights/method.ts";

export interface SubtensorOptions {
  /** `ws` or `wss`, in no order. */
  readonly urls: readonly string[];
  /** Hash of the chain's first block, hex with 0x. */
  readonly genesis: string;
  readonly netuid: number;
  readonly mechanism: number;
  readonly staleAfterMs: number;
  readonly blockMs: number;
  /** The validator's own. */
  readonly hotkey: string;
  /** Whether hotkeys with a validator permit may mine too. */
  readonly validatorsMayMine: boolean;
  /** How weights are sent: what the runtime must have follows from it. */
  readonly weightsSetting: WeightsSetting;
  /** The address to publish on the chain; null for none. */
  readonly publish: PublishedAddress | null;
  /** Drift of the clock from which the validator is not ready, ms. */
  readonly driftMostMs: number;
  /** How long opening waits for the first block. */
  readonly waitMs: number;
}

/** What sends weights and follows them to the chain's state. */
export interface WeightsHook extends ChainWeights {
  submit: Chain["submitWeights"];
  /** Called after each finalised block, one call at a time. */
  tick(): Promise<void>;
  /** Ends what is under way. */
  close(): Promise<void>;
}

export interface SubtensorModules {
  readonly clock: Clock;
  readonly random: Pick<Random, "unit">;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Loads the hotkey's secret; called once something is to be signed. */
  readonly signer: () => Promise<CallSigner>;
  /** Null where no weights are sent: offline commands. */
  readonly weights: ((node: SubtensorNode) => WeightsHook) | null;
}
