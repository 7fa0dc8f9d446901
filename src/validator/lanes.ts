import type { Config } from "../config/schema.ts";
import { exactFraction } from "../core/fraction.ts";
import type { ChallengeTerms, SamplePolicy } from "../flow/draw.ts";
import { type Lane, pullLanes } from "../flow/lane.ts";
import type { Circuit } from "../lanes/groth16/circuit.ts";
import { makeLanes } from "../lanes/registry.ts";

/** What lanes are made from: plain data that can cross to workers. */
export interface LaneFacts {
  readonly config: Config;
  readonly circuits: readonly Circuit[];
}

/** The lanes of a configuration; runs on the main thread and in every worker. */
export function lanesOf({ config, circuits }: LaneFacts): ReadonlyMap<string, Lane> {
  const { sat, groth16 } = config.lanes;
  return makeLanes({
    sat: {
      policy: {
        rate: exactFraction(sat.rate),
        penalty: sat.penalty,
        maxAttempts: sat.penalty === "strike" ? 1 : sat.max_attempts,
        share: sat.share,
      },
      tiers: new Map(Object.entries(sat.tiers).map(([number, tier]) => [Number(number), tier])),
      partial: sat.partial,
    },
    groth16: {
      // A job is sent to one miner at a time and answered once.
      policy: {
        rate: exactFraction(groth16.rate),
        penalty: groth16.penalty,
        maxAttempts: 1,
        share: groth16.share,
      },
      circuits,
    },
  });
}

/** What the commitment of an epoch binds. */
export function samplePolicyOf(config: Config): SamplePolicy {
  return {
    lanes: { sat: config.lanes.sat.rate, groth16: config.lanes.groth16.rate },
    classes: { ...config.sample.classes },
    floor: config.sample.floor,
  };
}

/** What the challenges of an epoch are made with: stored with its commitment. */
export function challengeTermsOf(config: Config, lanes: ReadonlyMap<string, Lane>): ChallengeTerms {
  const rows = pullLanes(lanes).map(({ name, policy, tiers }) => {
    const { penalty, maxAttempts: max_attempts } = policy;
    return [name, { penalty, max_attempts, tiers: Object.fromEntries(tiers) }] as const;
  });
  return { scheme: config.challenge.scheme, lanes: Object.fromEntries(rows) };
}
