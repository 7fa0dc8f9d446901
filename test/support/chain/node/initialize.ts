import type { Beacon } from "../state/beacon.ts";
import type { EventValue } from "../state/dispatch.ts";
import { epochState, putEpochState, stepped } from "../state/schedule.ts";
import type { State } from "../state/state.ts";
import { revealTimelocked } from "../state/weights/timelockedReveals.ts";

const pallet = "SubtensorModule";

function subnets(state: State): number[] {
  return state.entries(pallet, "NetworksAdded").map(({ keys }) => Number(keys[0]));
}

/**
 * What the chain does at the start of each block: reveals that are due, then the step of every subnet's epoch. The rounds that came
 * out since are stored after that, as in a chain whose blocks get them by an extrinsic.
 */
export function initializeBlock(
  state: State,
  block: number,
  beacon: Beacon,
  emit: (event: EventValue) => void,
): void {
  for (const netuid of subnets(state)) {
    revealTimelocked(state, block, netuid, emit);
    putEpochState(state, netuid, stepped(epochState(state, netuid), block));
  }
  beacon.store(state, state.number("Timestamp", "Now"));
}
