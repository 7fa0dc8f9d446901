import type { LaneKind } from "../../flow/claims.ts";
import type { PushLane } from "../../flow/lane.ts";
import type { Miner } from "./miner.ts";

/** How many jobs the miners that can be served now may have at once, busy or not; counted up to `most`. */
export function slotsOf(miners: Iterable<Miner>, nowMs: number, most: number): number {
  let slots = 0;
  for (const { link, backoff, cap } of miners) {
    if (link === null || nowMs < backoff.until) continue;
    slots += Math.min(cap.usable(), link.capacity);
    if (slots >= most) return most;
  }
  return slots;
}

/** The kinds of work that at least one miner with a link has. */
export function kindsTaken(miners: () => Iterable<Miner>, lanes: Iterable<PushLane>): LaneKind[] {
  const taken: LaneKind[] = [];
  for (const lane of lanes)
    for (const kind of lane.kinds)
      if (isTaken(miners(), { lane, kind })) taken.push({ lane: lane.name, kind });
  return taken;
}

/** Whether a miner with a link has the kind of work. */
export function isTaken(miners: Iterable<Miner>, work: { lane: PushLane; kind: string }): boolean {
  for (const miner of miners) if (miner.link !== null && miner.takes(work)) return true;
  return false;
}
