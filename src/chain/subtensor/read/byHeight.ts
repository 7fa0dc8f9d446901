import type { ScheduleState } from "../timelock/schedule.ts";

interface Epochs {
  readonly netuid: number;
  readonly tempo: number;
}

/** The epoch of a block in a runtime that keeps none on record: one every tempo + 1 blocks, each subnet's a block before the last one's. */
export function epochByHeight(block: number, { netuid, tempo }: Epochs): number {
  return Math.floor((block + netuid + 1) / (tempo + 1));
}

/** The schedule of such a runtime at a block, in the terms of those after it. */
export function scheduleByHeight(
  block: number,
  { netuid, tempo, revealPeriodEpochs }: Epochs & Pick<ScheduleState, "revealPeriodEpochs">,
): ScheduleState {
  const subnetEpochIndex = epochByHeight(block, { netuid, tempo });
  const lastEpochBlock = subnetEpochIndex * (tempo + 1) - netuid - 1;
  return {
    ...{ block, lastEpochBlock, pendingEpochAt: 0, subnetEpochIndex, revealPeriodEpochs },
    ...{ tempo: tempo === 0 ? 0 : tempo + 1, blocksSinceLastStep: block - lastEpochBlock },
    isByHeight: true,
  };
}
