import { AssayError } from "../core/problems/assayError.ts";
import { pushLanes } from "../flow/lane.ts";
import type { Handlers } from "../http/handlers.ts";
import type { Parts } from "./parts.ts";

/** As many as the route's schema takes. */
const MINERS_MOST = 512;

/** What the operator sees of single miners in the push lane. */
export function dispatchHandlers({ push, lanes, config }: Pick<Parts, "push" | "lanes" | "config">) {
  return {
    dispatch: () => {
      if (push === null) throw new AssayError({ code: "push_lane_off" });
      const { dispatcher } = push;
      const { holdReason, miners, ready, inFlight, ceiling, bytes, queued } = dispatcher.stats();
      const kinds = pushLanes(lanes).flatMap((lane) =>
        dispatcher.watch.deadlines(lane.kinds).map(({ kind, deadlineMs, referenceMs, verified }) => ({
          ...{ lane: lane.name, kind, verified },
          ...{ deadline_ms: Math.round(deadlineMs), reference_ms: Math.round(referenceMs) },
        })),
      );
      const watched = dispatcher.watch.miners(MINERS_MOST).map(({ inFlight: out, learned, ...rest }) => ({
        ...{ ...rest, in_flight: out, learned_cap: learned },
      }));
      return {
        ...{ held: holdReason, linked: miners, ready, in_flight: inFlight, ceiling, bytes, queued },
        ...{ bytes_most: config.dispatch.bytes_in_flight, kinds, miners: watched },
      };
    },
  } satisfies Partial<Handlers>;
}
