import { loadScenario } from "../../../sim/read/scenario.ts";
import type { FleetSpec, Scenario, ScenarioEvent, ValidatorSettings } from "../../../sim/scenario.ts";

/** A built-in scenario, cut to what shows its effect. */
export interface Cut {
  readonly duration_ms: number;
  /** Miners of a fleet, by its name; the others as they are. */
  readonly counts?: Readonly<Record<string, number>>;
  /** When each of its events comes, in order; fewer than there are leave the rest out. */
  readonly at?: readonly number[];
  readonly settings?: Partial<ValidatorSettings>;
  readonly fleet?: (fleet: FleetSpec) => FleetSpec;
}

export function builtIn(name: string, cut: Cut): Scenario {
  const { duration_ms, counts = {}, at, settings = {}, fleet = (same) => same } = cut;
  const whole = loadScenario(name);
  const events = whole.events.flatMap((event, i): ScenarioEvent[] => {
    if (at === undefined) return [event];
    const moved = at[i];
    return moved === undefined ? [] : [{ ...event, at_ms: moved }];
  });
  return {
    ...whole,
    duration_ms,
    events,
    validators: whole.validators.map((spec) => ({ ...spec, settings: { ...spec.settings, ...settings } })),
    fleets: whole.fleets.map((one) => fleet({ ...one, count: counts[one.name] ?? one.count })),
  };
}
