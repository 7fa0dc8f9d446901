import type { State } from "./state.ts";

/** What decides the epochs of a subnet. */
export interface EpochState {
  readonly last: number;
  readonly pending: number;
  readonly index: number;
  readonly tempo: number;
  readonly since: number;
}

const pallet = "SubtensorModule";

export function epochState(state: State, netuid: number): EpochState {
  return {
    last: state.number(pallet, "LastEpochBlock", netuid),
    pending: state.number(pallet, "PendingEpochAt", netuid),
    index: state.number(pallet, "SubnetEpochIndex", netuid),
    tempo: state.number(pallet, "Tempo", netuid),
    since: state.number(pallet, "BlocksSinceLastStep", netuid),
  };
}

function isDue({ last, pending, tempo, since }: EpochState, block: number): boolean {
  return tempo > 0 && ((pending > 0 && block >= pending) || since > tempo || block - last >= tempo);
}

/** The epoch that a block counts into: the next one already in the block that ends the running one. */
export function epochAt(epoch: EpochState, block: number): number {
  return epoch.index + (isDue(epoch, block) ? 1 : 0);
}

export function stepped(epoch: EpochState, block: number): EpochState {
  const next = { ...epoch, since: Math.min(epoch.since + 1, epoch.tempo + 1) };
  return isDue(next, block) ? { ...next, last: block, pending: 0, index: next.index + 1, since: 0 } : next;
}

export function putEpochState(state: State, netuid: number, epoch: EpochState): void {
  state.put(pallet, "LastEpochBlock", [netuid], epoch.last);
  state.put(pallet, "PendingEpochAt", [netuid], epoch.pending);
  state.put(pallet, "SubnetEpochIndex", [netuid], epoch.index);
  state.put(pallet, "BlocksSinceLastStep", [netuid], epoch.since);
}

/** The block that ends the running epoch, as the chain tells it; null where there are no epochs. */
export function nextEpochBlock(epoch: EpochState, block: number): number | null {
  if (epoch.tempo === 0) return null;
  let running = epoch;
  for (let at = block + 1; at <= block + epoch.tempo + 1; at++) {
    if (isDue({ ...running, since: running.since + 1 }, at)) return at;
    running = stepped(running, at);
  }
  return null;
}
