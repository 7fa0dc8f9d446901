import { defaultConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/schema.ts";
import { everyHours } from "../../src/core/epochs.ts";
import type { SamplePolicy } from "../../src/flow/draw.ts";
import type { PushStagesOptions } from "../../src/validator/assemblePush.ts";
import type { SharedStagesOptions } from "../../src/validator/assembleStages.ts";
import { dispatcherOptions, proofVerifierOptions } from "../../src/validator/pushOptions.ts";
import { judgeOptions, weigherOptions } from "../../src/validator/stageOptions.ts";
import { LANE, modelLane } from "../network/lane.ts";
import type { Scenario, ValidatorSpec } from "../scenario.ts";

// The production options of each stage, with a scenario's settings instead of the configuration's.

/** The configuration of a validator of the scenario: the defaults but for what the scenario sets. */
export function configOf({ settings }: ValidatorSpec): Config {
  const config = defaultConfig();
  const { strikes, window_blocks, suspension_tempos, unreachable_tempos, cold_start_blocks } = settings;
  const { concurrency, pending_factor, ceiling, bytes_in_flight } = settings;
  return {
    ...config,
    judge: {
      ...config.judge,
      ...{ strikes, window_blocks, suspension_tempos, unreachable_tempos, cold_start_blocks },
    },
    verify: { ...config.verify, concurrency, pending_factor },
    dispatch: { ...config.dispatch, ceiling, bytes_in_flight },
  };
}

export function policyOf({ settings }: ValidatorSpec): SamplePolicy {
  const { rate, classes, floor } = settings;
  return { lanes: { [LANE]: rate }, classes: { ...classes }, floor };
}

export function stagesOptionsOf(
  scenario: Scenario,
  spec: ValidatorSpec,
  master: Uint8Array,
): SharedStagesOptions {
  const { tempo, block_ms, epoch_hours } = scenario.network;
  const config = configOf(spec);
  const chain = { ...config.chain, tempo, block_ms };
  const lanes = new Map([[LANE, modelLane(scenario.lane, spec.settings.rate)]]);
  return {
    epochHours: epoch_hours,
    policy: policyOf(spec),
    masters: [master],
    judge: judgeOptions(config),
    weigher: weigherOptions({ ...config, network: scenario.name, chain }, spec.name, lanes),
  };
}

/** There is one lane, so no verification units are reserved for another. */
/** `node`: name of the process among those that share the store; null: no other does. */
export function pushOptionsOf(
  { network }: Scenario,
  spec: ValidatorSpec,
  node: string | null,
): PushStagesOptions {
  const { concurrency, pending_factor } = spec.settings;
  const config = configOf(spec);
  const dispatcher = dispatcherOptions(config);
  const bytesInFlight = spec.legacy.memory_unbounded ? Number.POSITIVE_INFINITY : dispatcher.bytesInFlight;
  const workers = Math.min(spec.host.threads, concurrency);
  return {
    epochs: everyHours(network.epoch_hours),
    hotkey: spec.name,
    dispatcher: { ...dispatcher, bytesInFlight, node },
    proofVerifier: { ...proofVerifierOptions(config), bound: concurrency * pending_factor, workers },
  };
}
