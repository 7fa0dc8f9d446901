import type { Lane } from "../flow/lane.ts";
import type { LaneStatus, Status } from "../http/handlers.ts";
import type { Parts } from "./parts.ts";

function laneStatus(lane: Lane): LaneStatus {
  const { rate, penalty, share } = lane.policy;
  const tiers = [...lane.tiers].map(([tier, { allotment, weight, shape }]) => ({
    tier,
    allotment,
    weight,
    ...shape,
  }));
  return { name: lane.name, mode: lane.mode, rate: rate.text, penalty, share, tiers };
}

/** What the validator says of itself to anyone. */
export function statusOf({ config, version, hotkey, chain, challenges, lanes, admission }: Parts): Status {
  const { slots, held, waiting } = admission.stats().submit;
  return {
    version,
    network: config.network,
    netuid: config.netuid,
    validator: hotkey,
    block: chain.block(),
    tempo: chain.tempo(),
    epoch: challenges.currentEpoch(),
    epoch_hours: config.challenge.epoch_hours,
    lanes: [...lanes.values()].map(laneStatus),
    gate: { slots, used: held, waiting },
    sampling: { floor: config.sample.floor, classes: { ...config.sample.classes } },
  };
}
