import type { Handlers } from "../handlers.ts";
import { drainBody, drainState } from "./drainSchemas.ts";
import { type Route, route } from "./route.ts";

const url = "/v1/admin/drain";
const common = { tag: "administration", signedBy: "operator" } as const;
const answers = { 200: { description: "The drain, and what is open", schema: drainState } };

/** The operator's routes for a process that is to take no new work. */
export function drainRoutes(handlers: Handlers): Route[] {
  return [show(handlers), begin(handlers), undo(handlers)];
}

function show(handlers: Handlers): Route {
  return {
    method: "GET",
    url,
    operation: {
      ...{ ...common, id: "drain", answers, problems: [] },
      summary: "Whether this process drains, and what it has open",
      description: "Nothing is open in memory when all counts are 0; what waits in the store stays there.",
    },
    serve: () => handlers.drain(),
  };
}

function begin(handlers: Handlers): Route {
  return route({
    method: "POST",
    url,
    schema: { body: drainBody },
    operation: {
      ...{ ...common, id: "beginDrain", answers, problems: [] },
      summary: "Take no new work",
      description:
        "Submissions and customers' jobs are refused with `draining`, no jobs are sent, and /readyz fails; what is open ends, epochs close and weights are sent. It lasts until it is undone or the process ends.",
    },
    serve: ({ body }) => handlers.beginDrain(body.reason),
  });
}

function undo(handlers: Handlers): Route {
  return {
    method: "DELETE",
    url,
    operation: {
      ...{ ...common, id: "undoDrain", answers, problems: [] },
      summary: "Take new work again",
      description: "Ends a drain; without one it changes nothing.",
    },
    serve: () => handlers.undoDrain(),
  };
}
