import { Type } from "typebox";
import type { Handlers } from "../handlers.ts";
import { jsonText } from "../wire/jsonText.ts";
import { minerDetails } from "./minerDetailsSchema.ts";
import { strikePage } from "./recordSchemas.ts";
import { type Route, route } from "./route.ts";
import * as schemas from "./schemas.ts";

const strict = { additionalProperties: false } as const;

const pageQuery = Type.Object(
  {
    after: Type.Optional(schemas.hotkeyShape),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  },
  strict,
);
const ledgerQuery = Type.Object(
  {
    before: Type.Optional(schemas.epochInteger),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  },
  strict,
);
export const hotkeyPath = Type.Object({ hotkey: schemas.hotkey }, strict);

/** Standing, counts and evidence: public. */
export function minerRoutes(handlers: Handlers): Route[] {
  return [page(handlers), one(handlers), details(handlers), strikes(handlers), ledger(handlers)];
}

function page(handlers: Handlers): Route {
  return route({
    method: "GET",
    url: "/v1/miners",
    schema: { querystring: pageQuery },
    operation: {
      id: "miners",
      tag: "public record",
      summary: "List the miners",
      description:
        "Standing and counts of all miners known here, by hotkey; next_after is null on the last page.",
      answers: { 200: { description: "A page of miners", schema: schemas.minerPage } },
      problems: ["busy", "store_unavailable"],
    },
    serve: ({ query: { after = null, limit = 100 } }) => handlers.miners({ after, limit }),
  });
}

function one(handlers: Handlers): Route {
  return route({
    method: "GET",
    url: "/v1/miners/:hotkey",
    schema: { params: hotkeyPath },
    operation: {
      id: "miner",
      tag: "public record",
      summary: "One miner",
      description: "Standing and counts of a hotkey.",
      answers: { 200: { description: "The miner", schema: schemas.miner } },
      problems: ["miner_not_found", "busy", "store_unavailable"],
    },
    serve: ({ params }) => handlers.miner(params.hotkey),
  });
}

function details(handlers: Handlers): Route {
  return route({
    method: "GET",
    url: "/v1/miners/:hotkey/details",
    schema: { params: hotkeyPath },
    operation: {
      id: "minerDetails",
      tag: "public record",
      summary: "What holds for a miner now",
      description:
        "Its suspension with the reason; in the push lane its cap, which its own jobs show it too, and what limits it: jobs cannot reach it, its first 100 results are not in, the least that there is (one at a time, as for every new miner), or the rate at which it delivers. Null where this process dispatches no jobs, or has not met it. And why its requests and answers earned nothing, counted.",
      answers: { 200: { description: "The details", schema: minerDetails } },
      problems: ["miner_not_found", "busy", "store_unavailable"],
    },
    serve: ({ params }) => handlers.minerDetails(params.hotkey),
  });
}

function strikes(handlers: Handlers): Route {
  return route({
    method: "GET",
    url: "/v1/miners/:hotkey/strikes",
    schema: { params: hotkeyPath },
    operation: {
      id: "strikes",
      tag: "public record",
      summary: "Strikes with their evidence",
      description: "Each proven cheat of a hotkey: work, answer hash, draw, verdict, checker and rule.",
      answers: { 200: { description: "The strikes", schema: schemas.strikeList } },
      problems: ["miner_not_found", "busy", "store_unavailable"],
    },
    serve: async ({ params }, reply) => jsonText(reply, await handlers.strikes(params.hotkey)),
  });
}

function ledger(handlers: Handlers): Route {
  return route({
    method: "GET",
    url: "/v1/strikes",
    schema: { querystring: ledgerQuery },
    operation: {
      id: "strikeLedger",
      tag: "public record",
      summary: "List all strikes",
      description:
        "Strikes of all hotkeys, the newest first, without the answers that led to them; next_before is null on the last page.",
      answers: { 200: { description: "A page of strikes", schema: strikePage } },
      problems: ["busy", "store_unavailable"],
    },
    serve: ({ query: { before = null, limit = 100 } }) => handlers.strikeLedger({ before, limit }),
  });
}
