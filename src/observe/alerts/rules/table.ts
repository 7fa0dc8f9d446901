import type { AlertRule } from "../../../core/alert.ts";
import { chainStale, clockDrift, endpointsDisagree } from "./chain.ts";
import type { Rule } from "./rule.ts";
import { restarts, schemaVersion, storeFailing, storeFullSoon, storeSlow } from "./store.ts";
import { weightsLate, weightsMissed, weightsStopped } from "./weights.ts";
import {
  canaryUndetected,
  refusals,
  samplingRate,
  unreachablePresumedOurs,
  verificationBacklog,
} from "./work.ts";

/** Every rule by its name. */
export const ruleTable: Readonly<Record<AlertRule, Rule>> = {
  weights_late: weightsLate,
  weights_missed: weightsMissed,
  weights_stopped: weightsStopped,
  chain_stale: chainStale,
  endpoints_disagree: endpointsDisagree,
  sampling_rate: samplingRate,
  canary_undetected: canaryUndetected,
  verification_backlog: verificationBacklog,
  refusals,
  store_slow: storeSlow,
  store_full_soon: storeFullSoon,
  store_failing: storeFailing,
  clock_drift: clockDrift,
  schema_version: schemaVersion,
  restarts,
  unreachable_presumed_ours: unreachablePresumedOurs,
};
