import type { NodeApi } from "../connect/nodeApi.ts";
import type { BlockRef } from "../node.ts";
import type { ScheduleState } from "../timelock/schedule.ts";
import { integer, stored } from "./entry.ts";
import type { Subnet } from "./subnet.ts";

/** What decides the epochs of the subnet, all at one block. */
export async function readSchedule(api: NodeApi, at: BlockRef, { netuid }: Subnet): Promise<ScheduleState> {
  const number = (name: string) => stored(api, at.hash, ["SubtensorModule", name], [netuid], integer);
  const [lastEpochBlock, pendingEpochAt, subnetEpochIndex, tempo, blocksSinceLastStep, revealPeriodEpochs] =
    await Promise.all([
      ...[number("LastEpochBlock"), number("PendingEpochAt"), number("SubnetEpochIndex"), number("Tempo")],
      ...[number("BlocksSinceLastStep"), number("RevealPeriodEpochs")],
    ] as const);
  return {
    block: at.number,
    ...{ lastEpochBlock, pendingEpochAt, subnetEpochIndex, tempo, blocksSinceLastStep, revealPeriodEpochs },
  };
}
