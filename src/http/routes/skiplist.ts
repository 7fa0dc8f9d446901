import { Type } from "typebox";
import type { Handlers } from "../handlers.ts";
import { hotkeyPath } from "./miners.ts";
import { type Route, route } from "./route.ts";
import * as schemas from "./schemas.ts";

const strict = { additionalProperties: false } as const;
const reason = Type.String({ minLength: 1, maxLength: 500, description: "Logged, and shown to the miner" });

const suspendBody = Type.Object(
  {
    hotkey: schemas.hotkey,
    tempos: Type.Integer({ minimum: 1, maximum: 100_000, description: "Length of the suspension in tempos" }),
    reason,
  },
  strict,
);
const releaseQuery = Type.Object({ reason: Type.Optional(reason) }, strict);

/** The operator's routes for the skiplist. */
export function skiplistRoutes(handlers: Handlers): Route[] {
  return [list(handlers), suspend(handlers), release(handlers)];
}

function list(handlers: Handlers): Route {
  return {
    method: "GET",
    url: "/v1/admin/skiplist",
    operation: {
      id: "skiplist",
      tag: "administration",
      summary: "List suspended hotkeys",
      description: "Every current suspension, with its end, its reason and who made it.",
      signedBy: "operator",
      answers: { 200: { description: "The skiplist", schema: schemas.skiplist } },
      problems: ["store_unavailable"],
    },
    serve: () => handlers.skiplist(),
  };
}

function suspend(handlers: Handlers): Route {
  return route({
    method: "POST",
    url: "/v1/admin/skiplist",
    schema: { body: suspendBody },
    operation: {
      id: "suspend",
      tag: "administration",
      summary: "Suspend a hotkey",
      description: "Suspends for a number of tempos from now. A suspension that ends later is not changed.",
      signedBy: "operator",
      answers: { 201: { description: "The suspension", schema: schemas.skiplistItem } },
      problems: ["chain_unavailable", "store_unavailable"],
    },
    serve: async (request, reply) => {
      const item = await handlers.suspend(request.body);
      reply.code(201);
      return item;
    },
  });
}

function release(handlers: Handlers): Route {
  return route({
    method: "DELETE",
    url: "/v1/admin/skiplist/:hotkey",
    schema: { params: hotkeyPath, querystring: releaseQuery },
    operation: {
      id: "release",
      tag: "administration",
      summary: "Release a hotkey",
      description: "Lifts every suspension of the hotkey at once.",
      signedBy: "operator",
      answers: { 200: { description: "How many suspensions were lifted", schema: schemas.released } },
      problems: ["suspension_not_found", "store_unavailable"],
    },
    serve: ({ params, query }) => handlers.release(params.hotkey, query.reason),
  });
}
