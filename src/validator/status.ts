import type { TierTable } from "../challenge/tiers.ts";
import { subnetOf } from "../config/subnet.ts";
import type { Lane } from "../flow/lane.ts";
import type { Status } from "../http/handlers.ts";
import type { Parts, PushParts } from "./parts.ts";

function laneStatus(lane: Lane, issued: TierTable): Status["lanes"][number] {
  const { rate, penalty, share } = lane.policy;
  const { name, mode } = lane;
  const base = { name, mode, rate: rate.text, penalty, share };
  if (lane.mode === "push") return { ...base, tiers: [], kinds: [...lane.kinds] };
  const tiers = [...issued]
    .filter(([, tier]) => tier.lane === name)
    .map(([tier, { allotment, weight, shape }]) => ({ tier, allotment, weight, ...shape }));
  return { ...base, tiers, kinds: [] };
}

function dispatchStatus({ dispatcher }: PushParts): Status["dispatch"] {
  const { miners, streams, inFlight, ceiling } = dispatcher.stats();
  return { miners, streams, in_flight: inFlight, ceiling };
}

/** The public status of the validator. */
export function statusOf(parts: Parts): Status {
  const { config, version, hotkey, chain, challenges, lanes, admission, push, epochs, clock } = parts;
  const { strikes, window_blocks, suspension_tempos, cold_start_blocks } = config.judge;
  const { epoch, hours } = epochs.at(clock.nowMs());
  const { tiers } = challenges.issuedIn(epoch);
  const { slots, held, waiting } = admission.stats().submit;
  return {
    version,
    ...subnetOf(config),
    validator: hotkey,
    block: chain.block(),
    tempo: chain.tempo(),
    epoch,
    epoch_hours: hours,
    block_ms: config.chain.block_ms,
    lanes: [...lanes.values()].map((lane) => laneStatus(lane, tiers)),
    dispatch: push === null ? null : dispatchStatus(push),
    gate: { slots, used: held, waiting },
    judge: { strikes, window_blocks, suspension_tempos, cold_start_blocks },
    economics: parts.economy.document(),
    sampling: { floor: config.sample.floor, classes: { ...config.sample.classes } },
  };
}
