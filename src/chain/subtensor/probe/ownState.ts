import type { FinalizedBlock, HashCommit, Metagraph, TimelockedCommit, WeightLimits } from "../node.ts";
import { readLimits } from "../read/limits.ts";
import { readMetagraph } from "../read/metagraph.ts";
import { readSchedule } from "../read/schedule.ts";
import type { Subnet } from "../read/subnet.ts";
import { readHashCommits, readTimelockedCommits, readWeights } from "../read/weights.ts";
import { commitEpoch, type ScheduleState } from "../timelock/schedule.ts";
import type { Probe } from "./probe.ts";

/** What the chain says of a subnet and of one hotkey on it, at one block. */
export interface OwnState {
  readonly block: FinalizedBlock;
  readonly metagraph: Metagraph;
  readonly limits: WeightLimits;
  readonly schedule: ScheduleState;
}

/** Throws `chain_unavailable`, and `chain_entry_missing` for what the runtime lacks. */
export function readOwnState(probe: Probe, subnet: Subnet, hotkey: string): Promise<OwnState> {
  return probe.read("the state of the subnet", async (api, block) => {
    const metagraph = await readMetagraph(api, block, subnet);
    const [limits, schedule] = await Promise.all([
      readLimits(api, block, subnet, hotkey, metagraph),
      readSchedule(api, block, subnet),
    ]);
    return { block, metagraph, limits, schedule };
  });
}

/** What the chain holds of the hotkey's weights. */
export interface OwnWeights {
  readonly weights: readonly { readonly uid: number; readonly u16: number }[];
  readonly hashCommits: readonly HashCommit[];
  readonly timelockedCommits: readonly (TimelockedCommit & { readonly epoch: number })[];
}

/** The epochs of which the chain still holds commits. */
function epochsOf({ tempo, revealPeriodEpochs }: ScheduleState, now: number | null): number[] {
  if (tempo <= 0 || now === null) return [];
  const oldest = Math.max(0, now - revealPeriodEpochs);
  return Array.from({ length: now - oldest + 1 }, (_, i) => oldest + i);
}

export function readOwnWeights(
  probe: Probe,
  subnet: Subnet,
  hotkey: string,
  { limits, schedule }: OwnState,
): Promise<OwnWeights> {
  // Without a version the runtime has no timelocked commits.
  const hasTimelocked = schedule.tempo > 0 && limits.commitRevealVersion > 0;
  const epochs = epochsOf(schedule, hasTimelocked ? commitEpoch(schedule) : null);
  return probe.read("the weights of the hotkey", async (api, block) => {
    const [weights, hashCommits, ...found] = await Promise.all([
      limits.uid === null ? [] : readWeights(api, block, subnet, limits.uid),
      readHashCommits(api, block, subnet, hotkey),
      ...epochs.map(async (epoch) =>
        (await readTimelockedCommits(api, block, subnet, hotkey, epoch)).map((commit) => ({
          ...commit,
          epoch,
        })),
      ),
    ]);
    return { weights, hashCommits, timelockedCommits: found.flat() };
  });
}
