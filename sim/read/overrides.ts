import { parseFraction } from "../../src/core/fraction.ts";
import { AssayError } from "../../src/core/problems/assayError.ts";
import { checkFloor } from "../../src/sample/policy.ts";
import type { Scenario, ValidatorSettings } from "../scenario.ts";
import { policyOf } from "../validator/options.ts";
import { lengthMs } from "./length.ts";

/** What a command line may set instead of the scenario: settings of all of its validators, and the duration. */
export interface Overrides
  extends Partial<Pick<ValidatorSettings, "rate" | "strikes" | "window_blocks" | "suspension_tempos">> {
  /** Such as `2d`. */
  readonly duration?: string;
}

const DURATION_MS = { least: 1000, most: 366 * 86_400_000 } as const;

function refuse(message: string): never {
  throw new AssayError({ code: "usage", message });
}

function durationOf(text: string): number {
  const ms = lengthMs(text);
  if (ms === null || ms < DURATION_MS.least || ms > DURATION_MS.most)
    refuse(`--duration "${text}" is not a length of time from 1s to 366d, such as 12h or 30d`);
  return ms;
}

/** The scenario with other settings. Throws `usage` on values out of range, `rate_below_floor`. */
export function withOverrides(scenario: Scenario, overrides: Overrides): Scenario {
  const { duration, ...settings } = overrides;
  const { rate } = settings;
  if (rate !== undefined && parseFraction(rate) === null)
    refuse(`--rate "${rate}" is not a fraction in 0..1, such as 20/500 or 0.04`);
  const validators = scenario.validators.map((spec) => ({
    ...spec,
    settings: { ...spec.settings, ...settings },
  }));
  for (const spec of validators) checkFloor(policyOf(spec));
  const duration_ms = duration === undefined ? scenario.duration_ms : durationOf(duration);
  return { ...scenario, validators, duration_ms };
}
