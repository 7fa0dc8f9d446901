import { readScenario } from "../../../sim/read/scenario.ts";
import type {
  FleetSpec,
  LaneSpec,
  LegacyRules,
  Scenario,
  ScenarioEvent,
  Strategy,
  ValidatorSettings,
  ValidatorSpec,
} from "../../../sim/scenario.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** 360 blocks of 12 s. */
export const TEMPO = 72 * MINUTE;

/** What every key is where nothing is said. */
const plain = readScenario("fleets: [{ name: plain }]", "plain.yaml");
const [plainFleet] = plain.fleets;
const [plainValidator] = plain.validators;

export function fleet(name: string, strategy: Strategy, change: Partial<FleetSpec> = {}): FleetSpec {
  if (plainFleet === undefined) throw new Error("no fleet");
  const speed = { service_ms: { low: 1900, high: 2100 }, cheat_ms: { low: 1900, high: 2100 } };
  return { ...plainFleet, ...speed, name, strategy, ...change };
}

export const honest: Strategy = { kind: "honest" };

export interface ValidatorChange extends Partial<Omit<ValidatorSpec, "settings" | "legacy">> {
  readonly settings?: Partial<ValidatorSettings>;
  readonly legacy?: Partial<LegacyRules>;
}

export function validator(change: ValidatorChange = {}): ValidatorSpec {
  if (plainValidator === undefined) throw new Error("no validator");
  const { settings, legacy, ...rest } = change;
  return {
    ...plainValidator,
    ...rest,
    settings: { ...plainValidator.settings, ...settings },
    legacy: { ...plainValidator.legacy, ...legacy },
  };
}

/** Strikes neither suspend nor raise the rate: every cheat is drawn alike, as often as wanted. */
export function neverOut(rate = "20/500"): Partial<ValidatorSettings> {
  return {
    rate,
    strikes: 1000,
    window_blocks: 1,
    classes: { customer: "1", cold_start: rate, struck: rate },
  };
}

export interface ScenarioChange extends Partial<Omit<Scenario, "network" | "lane">> {
  readonly fleets: readonly FleetSpec[];
  readonly network?: Partial<Scenario["network"]>;
  readonly lane?: Partial<LaneSpec>;
}

/** A scenario of the defaults but for what is given. */
export function scenario(change: ScenarioChange): Scenario {
  const { network, lane, ...rest } = change;
  return {
    ...plain,
    duration_ms: 2 * HOUR,
    ...rest,
    network: { ...plain.network, ...network },
    lane: { ...plain.lane, ...lane },
  };
}

export function events(...list: readonly ScenarioEvent[]): readonly ScenarioEvent[] {
  return list.toSorted((a, b) => a.at_ms - b.at_ms);
}
