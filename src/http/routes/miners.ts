import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Handlers } from "../handlers.ts";
import { textChecker } from "../wire/checker.ts";
import { checkedHotkey, type Route } from "./route.ts";
import * as schemas from "./schemas.ts";

const strict = { additionalProperties: false } as const;

const pageQuery = Type.Object(
  {
    after: Type.Optional(schemas.hotkeyText),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  },
  strict,
);
export const hotkeyPath = Type.Object({ hotkey: schemas.hotkeyText }, strict);
const checkPath = textChecker(hotkeyPath, "path");

/** The hotkey that a path names. Throws `invalid_request`. */
export function hotkeyOf(request: FastifyRequest): string {
  return checkedHotkey(checkPath(request.params).hotkey, "hotkey");
}

/** Standing, counts and evidence: open to everybody. */
export function minerRoutes(handlers: Handlers): Route[] {
  return [page(handlers), one(handlers), strikes(handlers)];
}

function page(handlers: Handlers): Route {
  const query = textChecker(pageQuery, "query");
  return {
    method: "GET",
    url: "/v1/miners",
    operation: {
      id: "miners",
      tag: "public record",
      summary: "List the miners",
      description: "Standing and counts of the miners seen here, by hotkey; next_after is null at the end.",
      query: pageQuery,
      answers: { 200: { description: "A page of miners", schema: schemas.minerPage } },
      problems: ["store_unavailable"],
    },
    serve: (request) => {
      const { after = null, limit = 100 } = query(request.query);
      return handlers.miners({ after, limit });
    },
  };
}

function one(handlers: Handlers): Route {
  return {
    method: "GET",
    url: "/v1/miners/:hotkey",
    operation: {
      id: "miner",
      tag: "public record",
      summary: "One miner",
      description: "Standing and counts of a hotkey.",
      path: hotkeyPath,
      answers: { 200: { description: "The miner", schema: schemas.miner } },
      problems: ["miner_not_found", "store_unavailable"],
    },
    serve: (request) => handlers.miner(hotkeyOf(request)),
  };
}

function strikes(handlers: Handlers): Route {
  return {
    method: "GET",
    url: "/v1/miners/:hotkey/strikes",
    operation: {
      id: "strikes",
      tag: "public record",
      summary: "Strikes with their evidence",
      description: "What a hotkey was caught at: work, answer hash, draw, verdict, checker and rule.",
      path: hotkeyPath,
      answers: { 200: { description: "The strikes", schema: schemas.strikeList } },
      problems: ["miner_not_found", "store_unavailable"],
    },
    serve: (request) => handlers.strikes(hotkeyOf(request)),
  };
}
