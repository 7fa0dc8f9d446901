import type { Config } from "../config/schema.ts";
import { type Fraction, parseFraction } from "../core/fraction.ts";
import type { SamplePolicy } from "../flow/draw.ts";
import type { Lane } from "../flow/lane.ts";
import { makeLanes } from "../lanes/registry.ts";

/** A fraction that the configuration has already accepted. */
export function fraction(text: string): Fraction {
  const parsed = parseFraction(text);
  if (parsed === null) throw new RangeError(`not a fraction: ${text}`);
  return parsed;
}

/** The lanes of a configuration; runs on the main thread and in every worker. */
export function lanesOf(config: Config): ReadonlyMap<string, Lane> {
  const { sat } = config.lanes;
  return makeLanes({
    sat: {
      policy: {
        rate: fraction(sat.rate),
        penalty: sat.penalty,
        maxAttempts: sat.penalty === "strike" ? 1 : sat.max_attempts,
        share: sat.share,
      },
      tiers: new Map(Object.entries(sat.tiers).map(([number, tier]) => [Number(number), tier])),
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
