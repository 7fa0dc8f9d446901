import { type Static, Type } from "typebox";
import type { Handlers } from "../handlers.ts";
import { type Route, route } from "./route.ts";

const strict = { additionalProperties: false } as const;

const nodeView = Type.Object(
  {
    node: Type.Integer({ description: "The number of the process, which a later one never has again" }),
    name: Type.String(),
    roles: Type.Array(Type.String()),
    version: Type.String(),
    alive: Type.Boolean({ description: "Its lease holds" }),
    here: Type.Boolean({ description: "It is the process that answers" }),
    cordoned: Type.Boolean({ description: "It takes no new work" }),
    draining: Type.Boolean({ description: "It ends what it has, and then stops" }),
    joined_at: Type.Number({ description: "Unix ms" }),
    until: Type.Number({ description: "When its lease runs out, or ran out, Unix ms" }),
  },
  strict,
);

export const nodeList = Type.Object({ items: Type.Array(nodeView) }, strict);
export type NodeList = Static<typeof nodeList>;

const orderBody = Type.Object(
  {
    node: Type.String({ minLength: 1, maxLength: 200, description: "Its number or its name" }),
    order: Type.Union([Type.Literal("cordon"), Type.Literal("uncordon"), Type.Literal("drain")]),
  },
  strict,
);
export type NodeOrderRequest = Static<typeof orderBody>;

const ordered = Type.Object(
  { heard: Type.Integer({ description: "Processes that the order is for" }) },
  strict,
);

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
