import { Type } from "typebox";
import type { Handlers } from "../handlers.ts";
import * as schemas from "./jobSchemas.ts";
import { type Route, route } from "./route.ts";

const strict = { additionalProperties: false } as const;

const createBody = Type.Object(
  {
    name: Type.String({ pattern: "^[ -~]{1,64}$", description: "For people: whose token it is" }),
  },
  strict,
);
const tokenPath = Type.Object({ id: Type.String({ description: "A token id" }) }, strict);
/** The longest id that is echoed. */
const longestId = 64;

/** The operator's routes for the tokens of customers. */
export function tokenRoutes(handlers: Handlers): Route[] {
  return [list(handlers), create(handlers), revoke(handlers)];
}

function list(handlers: Handlers): Route {
  return {
    method: "GET",
    url: "/v1/admin/tokens",
    operation: {
      id: "tokens",
      tag: "administration",
      summary: "List customers' tokens",
      description: "Oldest first, with those that were revoked less than a week ago; never their secrets.",
      signedBy: "operator",
      answers: { 200: { description: "The tokens", schema: schemas.tokenList } },
      problems: [],
    },
    serve: () => handlers.tokens(),
  };
}

function create(handlers: Handlers): Route {
  return route({
    method: "POST",
    url: "/v1/admin/tokens",
    schema: { body: createBody },
    operation: {
      id: "createToken",
      tag: "administration",
      summary: "Make a token for a customer",
      description:
        "With it jobs can be put in, and the holder's own jobs read and cancelled; nothing else. The answer is the only place where it is ever shown: only its hash is kept.",
      signedBy: "operator",
      answers: { 201: { description: "The token", schema: schemas.newToken } },
      problems: ["token_limit", "store_unavailable"],
    },
    serve: async (request, reply) => {
      const made = await handlers.createToken(request.body.name);
      reply.code(201);
      return made;
    },
  });
}

function revoke(handlers: Handlers): Route {
  return route({
    method: "DELETE",
    url: "/v1/admin/tokens/:id",
    schema: { params: tokenPath },
    operation: {
      id: "revokeToken",
      tag: "administration",
      summary: "Revoke a customer's token",
      description: "It is refused from now on. Jobs that it put in go on.",
      signedBy: "operator",
      answers: { 200: { description: "The token", schema: schemas.token } },
      problems: ["token_not_found", "store_unavailable"],
    },
    serve: ({ params }) => handlers.revokeToken(params.id.slice(0, longestId)),
  });
}
