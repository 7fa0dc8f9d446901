import { Type } from "typebox";
import type { Handlers } from "../handlers.ts";
import { jsonText } from "../wire/jsonText.ts";
import * as schemas from "./overviewSchemas.ts";
import { type Route, route } from "./route.ts";
import { millis } from "./schemas.ts";

/** What an operator looks at first, and how it came to be: public. */
export function overviewRoutes(handlers: Handlers): Route[] {
  return [overview(handlers), history(handlers)];
}

function overview(handlers: Handlers): Route {
  return {
    method: "GET",
    url: "/v1/overview",
    operation: {
      id: "overview",
      tag: "operation",
      summary: "Whether the validator earns, and why",
      description:
        "One verdict with its reason, the last and the next weights, the stages as a funnel, sampling of the last closed epoch. Computed at most once per second.",
      answers: { 200: { description: "The overview", schema: schemas.overview } },
      problems: [],
    },
    serve: async (_request, reply) => jsonText(reply, await handlers.overview()),
  };
}

const historyQuery = Type.Object(
  {
    from: Type.Optional(millis),
    to: Type.Optional(millis),
    step: Type.Optional(schemas.historyStep),
    names: Type.Optional(
      Type.String({ maxLength: 1024, description: "Only the series with these names, separated by commas" }),
    ),
  },
  { additionalProperties: false },
);

function history(handlers: Handlers): Route {
  return route({
    method: "GET",
    url: "/v1/history",
    schema: { querystring: historyQuery },
    operation: {
      id: "history",
      tag: "operation",
      summary: "Counts over time",
      description:
        "What the validator counted, per minute (6 hours), hour (30 days) or day (400 days), over all its processes. The minute under way is not in it yet.",
      answers: { 200: { description: "The series", schema: schemas.history } },
      problems: ["store_unavailable"],
    },
    serve: async ({ query: { from = null, to = null, step = "hour", names } }, reply) => {
      const wanted = names === undefined ? null : names.split(",");
      return jsonText(reply, await handlers.history({ step, from, to, names: wanted }));
    },
  });
}
