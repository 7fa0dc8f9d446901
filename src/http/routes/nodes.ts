import type { Handlers } from "../handlers.ts";
import { nodeList, orderBody, ordered } from "./nodeSchemas.ts";
import { type Route, route } from "./route.ts";

/** The operator's routes for the processes that share the store. */
export function nodeRoutes(handlers: Handlers): Route[] {
  return [list(handlers), order(handlers)];
}

function list(handlers: Handlers): Route {
  return {
    method: "GET",
    url: "/v1/admin/nodes",
    operation: {
      id: "nodes",
      tag: "administration",
      summary: "List the processes of this validator",
      description: "Those that share its store and live, and those that went in the last day.",
      signedBy: "operator",
      answers: { 200: { description: "The processes", schema: nodeList } },
      problems: ["store_unavailable"],
    },
    serve: () => handlers.nodes(),
  };
}

function order(handlers: Handlers): Route {
  return route({
    method: "POST",
    url: "/v1/admin/nodes",
    schema: { body: orderBody },
    operation: {
      id: "orderNode",
      tag: "administration",
      summary: "Cordon, uncordon or drain a process",
      description:
        "A cordoned process takes no new work. A draining one also ends what it has, gives up the rest and stops with exit status 0.",
      signedBy: "operator",
      answers: { 200: { description: "How many processes it is for", schema: ordered } },
      problems: ["node_not_found", "store_unavailable"],
    },
    serve: ({ body }) => handlers.orderNode(body),
  });
}
