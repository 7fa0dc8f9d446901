import { Type } from "typebox";
import type { Handlers } from "../handlers.ts";
import { jsonText } from "../wire/jsonText.ts";
import { type Operation, type Route, route } from "./route.ts";
import * as schemas from "./schemas.ts";
import { weightPlanPage, weightsWithPlan } from "./weightSchemas.ts";

const periodPath = Type.Object(
  { epoch: Type.Integer({ ...schemas.epochInteger, description: "The weighing period" }) },
  { additionalProperties: false },
);

/** Other parameters are ignored, as they were before there was one. */
const withQuery = Type.Object({
  with: Type.Optional(
    Type.Literal("plan", {
      description:
        "The vector with its way to the chain: {vector, plan, chain}; otherwise the signed vector alone",
    }),
  ),
});

const pageQuery = Type.Object(
  {
    before: Type.Optional(schemas.epochInteger),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 50 })),
  },
  { additionalProperties: false },
);

const answers: Operation["answers"] = {
  200: { description: "Signed vector", schema: Type.Union([schemas.vector, weightsWithPlan]) },
};

/** Signed weights, and how they came to the chain: public. */
export function weightRoutes(handlers: Handlers): Route[] {
  const textOf = (period: number | null, asked: "plan" | undefined): Promise<string> =>
    asked === "plan" ? handlers.weightsWithPlan(period) : handlers.weights(period);
  return [
    route({
      method: "GET",
      url: "/v1/weights/latest",
      schema: { querystring: withQuery },
      operation: {
        id: "latestWeights",
        tag: "public record",
        summary: "The latest weights",
        description: "The signed weight vector of the last weighing period.",
        answers,
        problems: ["weights_not_found", "busy", "store_unavailable"],
      },
      serve: async ({ query }, reply) => jsonText(reply, await textOf(null, query.with)),
    }),
    route({
      method: "GET",
      url: "/v1/weights/:epoch",
      schema: { params: periodPath, querystring: withQuery },
      operation: {
        id: "weights",
        tag: "public record",
        summary: "Weights of a period",
        description: "The signed weight vector of a weighing period, as it was signed.",
        answers,
        problems: ["weights_not_found", "busy", "store_unavailable"],
      },
      serve: async ({ params, query }, reply) => jsonText(reply, await textOf(params.epoch, query.with)),
    }),
    timeline(handlers),
  ];
}

function timeline(handlers: Handlers): Route {
  return route({
    method: "GET",
    url: "/v1/weights",
    schema: { querystring: pageQuery },
    operation: {
      id: "weightPlans",
      tag: "public record",
      summary: "How weights came to the chain",
      description:
        "One item per weighing period whose weights were handed to the chain, the latest first; none on a chain that keeps no weights. next_before is null on the last page.",
      answers: { 200: { description: "A page of periods", schema: weightPlanPage } },
      problems: ["busy", "store_unavailable"],
    },
    serve: ({ query: { before = null, limit = 50 } }) => handlers.weightPlans({ before, limit }),
  });
}
