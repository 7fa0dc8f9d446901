import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Metrics } from "../core/metrics.ts";
import type { Random } from "../core/random.ts";
import type { Chain } from "../flow/chain.ts";
import type { Store } from "../flow/store.ts";

export interface JudgeOptions {
  /** Strikes within the window that suspend. */
  readonly strikes: number;
  readonly windowBlocks: number;
  readonly suspensionTempos: number;
  readonly unreachableTempos: number;
  readonly coldStartBlocks: number;
  readonly retentionBlocks: number;
  /** The most hotkeys remembered, suspended ones not counted. */
  readonly history: number;
  /** With fewer active miners than this a failure to connect is never presumed to be the validator's. */
  readonly outageMiners: number;
}

export interface JudgeModules {
  readonly store: Pick<
    Store,
    "standingState" | "suspend" | "release" | "dropMiners" | "dropEndedSuspensions"
  >;
  readonly chain: Pick<Chain, "block" | "tempo">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}
