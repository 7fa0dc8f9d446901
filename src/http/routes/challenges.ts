import { Type } from "typebox";
import type { Handlers } from "../handlers.ts";
import { callerOf } from "../requests.ts";
import { type Route, route } from "./route.ts";
import * as schemas from "./schemas.ts";

const strict = { additionalProperties: false } as const;

const listQuery = Type.Object(
  {
    lane: Type.Optional(Type.String({ description: "A pull lane", default: "sat" })),
    tier: Type.Optional(Type.Integer({ minimum: 1, maximum: 999_999, default: 1 })),
    offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 4_294_967_295, default: 0 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
  },
  strict,
);
const textQuery = Type.Object(
  { tier: Type.Optional(schemas.repeatedTier), seq: Type.Optional(schemas.u32Integer) },
  strict,
);
const idPath = Type.Object({ id: Type.String({ description: "A challenge id" }) }, strict);

/** Listing and fetching challenges, for the miner that signs. */
export function challengeRoutes(handlers: Handlers): Route[] {
  return [list(handlers), text(handlers)];
}

function list(handlers: Handlers): Route {
  return route({
    method: "GET",
    url: "/v1/challenges",
    schema: { querystring: listQuery },
    operation: {
      id: "listChallenges",
      tag: "mining",
      summary: "List your challenges",
      description:
        "A page of the signing miner's allotment in the current epoch; next_offset is null at the end.",
      signedBy: "miner",
      answers: { 200: { description: "A page of challenges", schema: schemas.challengePage } },
      problems: ["lane_not_found", "tier_not_found"],
    },
    serve: (request, reply) => {
      const { lane = "sat", tier = 1, offset = 0, limit = 50 } = request.query;
      return handlers.listChallenges(callerOf(request, reply), { lane, tier, offset, limit });
    },
  });
}

function text(handlers: Handlers): Route {
  return route({
    method: "GET",
    url: "/v1/challenges/:id",
    schema: { params: idPath, querystring: textQuery },
    operation: {
      id: "challengeText",
      tag: "mining",
      summary: "Fetch a challenge",
      description:
        "The instance as DIMACS CNF, only for the miner it was issued to. Give seq to save the validator a look-up.",
      signedBy: "miner",
      answers: {
        200: {
          description: "DIMACS CNF",
          mediaType: "text/plain",
          schema: Type.String(),
          headers: { ETag: "Changes when the text changes" },
        },
        304: { description: "The text has not changed since If-None-Match" },
      },
      problems: ["malformed_challenge_id", "epoch_expired", "not_your_challenge"],
    },
    serve: async (request, reply) => {
      const { params, query, headers } = request;
      const challenge = await handlers.challengeText(callerOf(request, reply), params.id, query.seq);
      reply.header("etag", `"${challenge.etag}"`).header("cache-control", "private, no-cache");
      if (matchesETag(headers["if-none-match"], challenge.etag)) return reply.code(304).send();
      reply.type("text/plain; charset=utf-8");
      return challenge.text;
    },
  });
}

/** Whether an `If-None-Match` header names the strong validator (given without quotes). RFC 9110 section 13.1.2. */
export function matchesETag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === "*") return true;
  return header.split(",").some((entry) => entry.trim().replace(/^W\//, "") === `"${etag}"`);
}
