import type { Lane } from "../flow/lane.ts";
import { makeSatLane, type SatOptions } from "./sat/lane.ts";

export interface LanesOptions {
  readonly sat: SatOptions;
}

/** Every lane by its name; a new one is one more line. */
export function makeLanes(options: LanesOptions): ReadonlyMap<string, Lane> {
  const lanes: Lane[] = [];
  lanes.push(makeSatLane(options.sat));
  return new Map(lanes.map((lane) => [lane.name, lane]));
}
