import { z } from "zod";
import type { NodeApi } from "../connect/nodeApi.ts";
import type { BlockRef, Metagraph, WeightLimits } from "../node.ts";
import { integer, stored, storedOr } from "./entry.ts";
import { RAO, type Subnet } from "./subnet.ts";

/** All that decides whether weights of a hotkey would be accepted, at the block of a metagraph. */
export async function readLimits(
  api: NodeApi,
  at: BlockRef,
  { netuid }: Subnet,
  hotkey: string,
  metagraph: Metagraph,
): Promise<WeightLimits> {
  const number = (name: string) => stored(api, at.hash, ["SubtensorModule", name], [netuid], integer);
  const [stakeThreshold, versionKey, rateLimit, minWeights, commitReveal, period] = await Promise.all([
    stored(api, at.hash, ["SubtensorModule", "StakeThreshold"], [], integer),
    number("WeightsVersionKey"),
    number("WeightsSetRateLimit"),
    number("MinAllowedWeights"),
    stored(api, at.hash, ["SubtensorModule", "CommitRevealWeightsEnabled"], [netuid], z.boolean()),
    number("RevealPeriodEpochs"),
  ]);
  // Runtimes from before mechanisms and timelocked commits do not have these.
  const [mechanisms, commitRevealVersion] = await Promise.all([
    storedOr(1, api, at.hash, ["SubtensorModule", "MechanismCountCurrent"], [netuid], integer),
    storedOr(0, api, at.hash, ["SubtensorModule", "CommitRevealWeightsVersion"], [], integer),
  ]);
  const own = metagraph.neurons.find((neuron) => neuron.hotkey === hotkey) ?? null;
  return {
    mechanisms,
    neurons: metagraph.neurons.length,
    uid: own?.uid ?? null,
    permit: own?.permit ?? false,
    isOwner: metagraph.ownerHotkey === hotkey,
    stake: own?.stake ?? 0,
    stakeThreshold: stakeThreshold / RAO,
    versionKey,
    rateLimit,
    lastUpdate: own?.lastUpdate ?? 0,
    minWeights,
    commitReveal,
    commitRevealVersion,
    revealPeriodEpochs: period,
  };
}
