import { isEntryFault } from "../connect/entryFault.ts";
import type { NodeApi } from "../connect/nodeApi.ts";
import type { BlockRef } from "../node.ts";
import type { ScheduleState } from "../timelock/schedule.ts";
import { scheduleByHeight } from "./byHeight.ts";
import { constantOr, integer, stored, storedOr } from "./entry.ts";
import type { Subnet } from "./subnet.ts";

const recorded = ["LastEpochBlock", "PendingEpochAt", "SubnetEpochIndex"] as const;

/** Whether the runtime is so old that it has none of what later ones keep of epochs. */
export async function countsByHeight(api: NodeApi, at: BlockRef, { netuid }: Subnet): Promise<boolean> {
  const reads = recorded.map((name) =>
    storedOr(null, api, at.hash, ["SubtensorModule", name], [netuid], integer.nullable()),
  );
  return (await Promise.all(reads)).every((value) => value === null);
}

/** The time between two blocks, ms: twice the least period between two timestamps; null where the runtime does not say. */
async function blockMsOf(api: NodeApi): Promise<number | null> {
  const least = await constantOr(0, api, ["Timestamp", "MinimumPeriod"], integer);
  return least > 0 ? 2 * least : null;
}

/** What decides the epochs of the subnet, all at one block. */
export async function readSchedule(api: NodeApi, at: BlockRef, subnet: Subnet): Promise<ScheduleState> {
  const { netuid } = subnet;
  const number = (name: string) => stored(api, at.hash, ["SubtensorModule", name], [netuid], integer);
  const [tempo, revealPeriodEpochs, blockMs] = await Promise.all([
    ...([number("Tempo"), number("RevealPeriodEpochs")] as const),
    blockMsOf(api),
  ]);
  try {
    const [lastEpochBlock, pendingEpochAt, subnetEpochIndex, blocksSinceLastStep] = await Promise.all([
      ...[number("LastEpochBlock"), number("PendingEpochAt"), number("SubnetEpochIndex")],
      number("BlocksSinceLastStep"),
    ] as const);
    return {
      ...{ block: at.number, lastEpochBlock, pendingEpochAt, subnetEpochIndex, tempo },
      ...{ blocksSinceLastStep, revealPeriodEpochs },
      ...(blockMs === null ? {} : { blockMs }),
    };
  } catch (error) {
    if (!(isEntryFault(error) && (await countsByHeight(api, at, subnet)))) throw error;
    return scheduleByHeight(at.number, { netuid, tempo, revealPeriodEpochs });
  }
}
