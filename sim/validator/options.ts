import { defaultConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/schema.ts";
import type { SamplePolicy } from "../../src/flow/draw.ts";
import { dispatcherOptions, proofVerifierOptions } from "../../src/validator/pushOptions.ts";
import { judgeOptions, weigherOptions } from "../../src/validator/stageOptions.ts";
import type { ProofVerifierOptions } from "../../src/verify/proofs/proofVerifier.ts";
import { LANE, modelLane } from "../network/lane.ts";
import type { Scenario, ValidatorSpec } from "../scenario.ts";

// What the production options of each stage are, with a scenario's settings in the place of the configuration's.

/** The configuration of a validator of the scenario: the defaults but for what the scenario sets. */
function configOf({ settings }: ValidatorSpec): Config {
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

export function judgeOptionsOf(spec: ValidatorSpec) {
  return judgeOptions(configOf(spec));
}

export function dispatcherOptionsOf(spec: ValidatorSpec) {
  const options = dispatcherOptions(configOf(spec));
  return spec.legacy.memory_unbounded ? { ...options, bytesInFlight: Number.POSITIVE_INFINITY } : options;
}

/** There is one lane, so nothing is set aside for another. */
export function proofVerifierOptionsOf(spec: ValidatorSpec): ProofVerifierOptions {
  const { concurrency, pending_factor } = spec.settings;
  const workers = Math.min(spec.host.threads, concurrency);
  return { ...proofVerifierOptions(configOf(spec)), bound: concurrency * pending_factor, workers };
}

export function weigherOptionsOf({ network, lane, name }: Scenario, spec: ValidatorSpec) {
  const config = configOf(spec);
  const { tempo, block_ms } = network;
  const chain = { ...config.chain, tempo, block_ms };
  const lanes = new Map([[LANE, modelLane(lane, spec.settings.rate)]]);
  return weigherOptions({ ...config, network: name, chain }, spec.name, lanes);
}
