import { AssayError } from "../src/core/errors.ts";
import { parseFraction } from "../src/core/fraction.ts";
import type { Scenario, ValidatorSettings } from "./scenario.ts";

/** Settings that a command line may put in the place of a scenario's, for all of its validators. */
export type Overrides = Partial<
  Pick<ValidatorSettings, "rate" | "strikes" | "window_blocks" | "suspension_tempos">
>;

/** The scenario with other settings. Throws `usage` on a rate that is no fraction. */
export function withOverrides(scenario: Scenario, overrides: Overrides): Scenario {
  const { rate } = overrides;
  if (rate !== undefined && parseFraction(rate) === null)
    throw new AssayError({
      code: "usage",
      message: `--rate "${rate}" is no fraction in 0..1, such as 20/500 or 0.04`,
    });
  const validators = scenario.validators.map((spec) => ({
    ...spec,
    settings: { ...spec.settings, ...overrides },
  }));
  return { ...scenario, validators };
}
