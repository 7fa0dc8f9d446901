import type { Handlers } from "../handlers.ts";
import { dispatchState } from "./dispatchSchemas.ts";
import type { Route } from "./route.ts";

/** The operator's route for the push lane as it stands in this process. */
export function dispatchRoutes(handlers: Handlers): Route[] {
  return [
    {
      method: "GET",
      url: "/v1/admin/dispatch",
      operation: {
        id: "dispatch",
        tag: "administration",
        summary: "Jobs in flight, caps and deadlines",
        description:
          "What holds jobs back, what each miner may have at once and why, and how long miners have; of the process that answers.",
        signedBy: "operator",
        answers: { 200: { description: "The state of dispatch", schema: dispatchState } },
        problems: ["push_lane_off"],
      },
      serve: () => handlers.dispatch(),
    },
  ];
}
