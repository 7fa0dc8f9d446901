import type { WeightMethod } from "../../../flow/weightPlan.ts";
import type { WeightLimits } from "../node.ts";

/** Why the chain would not take weights now. */
export interface Refusal {
  /** The rule, in words. */
  readonly text: string;
  /** The block that may take them; null when no height tells. */
  readonly retryAt: number | null;
}

export interface CheckedWeights {
  readonly limits: WeightLimits;
  readonly mechanism: number;
  /** The first block that could include the call. */
  readonly block: number;
  /** The next block with an epoch; null when there is none. */
  readonly nextEpoch: number | null;
  readonly versionKey: number;
  /** Null before they are resolved. */
  readonly uids: readonly number[] | null;
}

/** The chain's bound on commits of one hotkey that are not revealed yet. */
const OPEN_COMMITS_MAX = 10;
/** The version of the timelocked commit that this program makes. */
const TIMELOCK_VERSION = 4;

const refusal = (text: string, retryAt: number | null = null): Refusal => ({ text, retryAt });

type Rule = (checked: CheckedWeights) => Refusal | null;

const mechanismExists: Rule = ({ limits, mechanism }) =>
  mechanism < limits.mechanisms
    ? null
    : refusal(
        `mechanism ${mechanism} does not exist: the subnet has ${limits.mechanisms}, counted from 0; set chain.mechanism`,
      );

const notMoreThanUids: Rule = ({ limits, uids }) =>
  uids === null || uids.length <= limits.neurons
    ? null
    : refusal(`${uids.length} weights are more than the subnet's ${limits.neurons} uids`);

const isRegistered: Rule = ({ limits }) =>
  limits.uid !== null ? null : refusal("the validator's hotkey is not registered on the subnet; register it");

const hasStake: Rule = ({ limits: { isOwner, stake, stakeThreshold } }) =>
  isOwner || stake >= stakeThreshold
    ? null
    : refusal(
        `the stake of the validator's hotkey is ${stake}, below the chain's threshold of ${stakeThreshold}; stake more`,
      );

const hasVersionKey: Rule = ({ limits, versionKey }) =>
  limits.versionKey === 0 || versionKey >= limits.versionKey
    ? null
    : refusal(
        `the subnet asks for version key ${limits.versionKey}, and ${versionKey} is lower; update the validator`,
      );

const keepsRateLimit: Rule = ({ limits: { lastUpdate, rateLimit }, block }) =>
  lastUpdate === 0 || block - lastUpdate >= rateLimit
    ? null
    : refusal(
        `the last weights or commit were in block ${lastUpdate}, and the subnet takes others ${rateLimit} blocks later`,
        lastUpdate + rateLimit,
      );

/** The chain also takes a single weight of a uid to itself from one without a permit; nothing here is ever that. */
const hasPermit: Rule = ({ limits: { isOwner, permit }, nextEpoch }) =>
  isOwner || permit
    ? null
    : refusal(
        "the validator's hotkey has no validator permit; the chain gives permits at the end of an epoch, by stake",
        nextEpoch,
      );

const namesUidsOnce: Rule = ({ uids }) =>
  uids === null || new Set(uids).size === uids.length ? null : refusal("a uid has two weights");

const namesUidsThatExist: Rule = ({ uids, limits }) => {
  const unknown = uids?.find((uid) => uid < 0 || uid >= limits.neurons);
  return unknown === undefined
    ? null
    : refusal(`uid ${unknown} does not exist: the subnet has ${limits.neurons} uids`);
};

const enoughWeights: Rule = ({ uids, limits: { minWeights, neurons } }) => {
  const least = Math.min(minWeights, neurons);
  return uids === null || uids.length >= least
    ? null
    : refusal(`the subnet takes no fewer than ${least} weights, and these are ${uids.length}`);
};

/** What `set_weights` checks, in the chain's own order; a reveal is checked by the same rules, but for the rate limit. */
const ofWeights: readonly Rule[] = [
  ...[mechanismExists, notMoreThanUids, isRegistered, hasStake, hasVersionKey, keepsRateLimit],
  ...[hasPermit, namesUidsOnce, namesUidsThatExist, enoughWeights],
];

function first(rules: readonly Rule[], checked: CheckedWeights): Refusal | null {
  for (const rule of rules) {
    const found = rule(checked);
    if (found !== null) return found;
  }
  return null;
}

/** Why weights or a commit of them would be refused in the next block; null when they would be taken. */
export function checkWeights(
  checked: CheckedWeights,
  method: WeightMethod,
  openCommits: number,
): Refusal | null {
  const refused = first(ofWeights, checked);
  if (refused !== null || method === "set") return refused;
  const { limits, nextEpoch } = checked;
  if (openCommits >= OPEN_COMMITS_MAX)
    return refusal(
      `${openCommits} commits of the validator's hotkey are open, and the chain takes no more than ${OPEN_COMMITS_MAX}`,
      nextEpoch,
    );
  if (method === "timelocked" && limits.commitRevealVersion !== TIMELOCK_VERSION)
    return refusal(
      `the chain asks for version ${limits.commitRevealVersion} of timelocked commits, and this program makes version ${TIMELOCK_VERSION}; update it, or set chain.weights: commit`,
    );
  return null;
}

/** Why a reveal would be refused in the next block, whether it is sent or the chain makes it; null when it would be taken. */
export function checkReveal(checked: CheckedWeights): Refusal | null {
  return first(
    ofWeights.filter((rule) => rule !== keepsRateLimit),
    checked,
  );
}
