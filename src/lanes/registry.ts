import type { Lane, LanePolicy } from "../flow/lane.ts";
import type { Circuit } from "./groth16/circuit.ts";
import { makeGroth16Lane } from "./groth16/lane.ts";
import { makeSatLane, type SatOptions } from "./sat/lane.ts";

export interface LanesOptions {
  readonly sat: SatOptions;
  readonly groth16: { readonly policy: LanePolicy; readonly circuits: readonly Circuit[] };
}

/** Every lane by name; a new lane adds one line here. */
export function makeLanes(options: LanesOptions): ReadonlyMap<string, Lane> {
  const lanes: Lane[] = [];
  lanes.push(makeSatLane(options.sat));
  // Without a circuit there is no work, and so no lane.
  if (options.groth16.circuits.length > 0) lanes.push(makeGroth16Lane(options.groth16));
  return new Map(lanes.map((lane) => [lane.name, lane]));
}
