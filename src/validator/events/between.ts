import type { EventName } from "../../http/events/names.ts";
import { planState } from "../overview/compose.ts";
import type { OverviewFacts } from "../overview/facts.ts";

export interface PublicEvent {
  readonly name: EventName;
  readonly data: Readonly<Record<string, unknown>>;
}

export type WatchedFacts = Pick<OverviewFacts, "plans" | "vector" | "epoch" | "closedEpoch" | "standings">;

/** Changes of standing told one by one; more at once are told as one `reset`. */
const STANDINGS_MOST = 256;

/**
 * What changed from one look to the next, as the public API shows it too. Of several states that a plan went through in between, the
 * last one is told. Null: so much that everything is to be loaded anew.
 */
export function eventsBetween(before: WatchedFacts, after: WatchedFacts): PublicEvent[] | null {
  const standing = standingEvents(before, after);
  if (standing.length > STANDINGS_MOST) return null;
  return [...epochEvents(before, after), ...weightEvents(before, after), ...standing];
}

function epochEvents(before: WatchedFacts, after: WatchedFacts): PublicEvent[] {
  const events: PublicEvent[] = [];
  if (after.closedEpoch !== null && after.closedEpoch !== before.closedEpoch)
    events.push({ name: "epoch", data: { epoch: after.closedEpoch, state: "closed" } });
  if (after.epoch.number !== before.epoch.number)
    events.push({ name: "epoch", data: { epoch: after.epoch.number, state: "open" } });
  return events;
}

function weightEvents(before: WatchedFacts, after: WatchedFacts): PublicEvent[] {
  const events: PublicEvent[] = [];
  const { vector } = after;
  if (vector !== null && vector.period !== before.vector?.period)
    events.push({ name: "weights", data: { period: vector.period, state: "signed" } });
  const known = new Map(before.plans.map(({ period, state }) => [period, state]));
  const oldest = Math.min(...known.keys());
  for (const plan of after.plans.toReversed()) {
    const { period, state } = planState(plan);
    // One that is older than all that were seen came into view when another one went.
    const isNew = !known.has(period) && (known.size === 0 || period > oldest);
    if (isNew || (known.has(period) && known.get(period) !== state))
      events.push({ name: "weights", data: { period, state } });
  }
  return events;
}

function standingEvents(before: WatchedFacts, after: WatchedFacts): PublicEvent[] {
  const events: PublicEvent[] = [];
  for (const [hotkey, standing] of after.standings)
    if (before.standings.get(hotkey) !== standing)
      events.push({ name: "standing", data: { hotkey, standing } });
  return events;
}
