import { z } from "zod";
import type { NodeApi } from "../connect/nodeApi.ts";
import type { BlockRef, HashCommit, TimelockedCommit } from "../node.ts";
import { epochByHeight } from "./byHeight.ts";
import { account, hexBytes, integer, stored } from "./entry.ts";
import { countsByHeight } from "./schedule.ts";
import { indexOf, type Subnet } from "./subnet.ts";

export async function readWeights(
  api: NodeApi,
  at: BlockRef,
  subnet: Subnet,
  uid: number,
): Promise<{ readonly uid: number; readonly u16: number }[]> {
  const pairs = z.array(z.tuple([integer, integer]));
  const rows = await stored(api, at.hash, ["SubtensorModule", "Weights"], [indexOf(subnet), uid], pairs);
  return rows.map(([of, u16]) => ({ uid: of, u16 }));
}

export async function readHashCommits(
  api: NodeApi,
  at: BlockRef,
  subnet: Subnet,
  hotkey: string,
): Promise<HashCommit[]> {
  const commits = z.array(z.tuple([hexBytes, integer, integer, z.unknown()])).nullish();
  const keys = [indexOf(subnet), hotkey];
  const rows = (await stored(api, at.hash, ["SubtensorModule", "WeightCommits"], keys, commits)) ?? [];
  if (rows.length === 0 || !(await countsByHeight(api, at, subnet)))
    return rows.map(([hash, epoch, block]) => ({ hash, epoch, block }));
  // Older runtimes hold the block first, and then the first and the last one of the reveal.
  const tempo = await stored(api, at.hash, ["SubtensorModule", "Tempo"], [subnet.netuid], integer);
  const epochOf = (block: number) => epochByHeight(block, { netuid: subnet.netuid, tempo });
  return rows.map(([hash, block]) => ({ hash, epoch: epochOf(block), block }));
}

export async function readTimelockedCommits(
  api: NodeApi,
  at: BlockRef,
  subnet: Subnet,
  hotkey: string,
  epoch: number,
): Promise<TimelockedCommit[]> {
  const commits = z.array(z.tuple([account, integer, hexBytes, integer]));
  const keys = [indexOf(subnet), BigInt(epoch)];
  const rows = await stored(api, at.hash, ["SubtensorModule", "TimelockedWeightCommits"], keys, commits);
  return rows.filter(([of]) => of === hotkey).map(([, block, commit, round]) => ({ block, commit, round }));
}
