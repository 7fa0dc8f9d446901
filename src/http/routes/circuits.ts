import type { Handlers } from "../handlers.ts";
import * as schemas from "./jobSchemas.ts";
import type { Route } from "./route.ts";

/** The circuits of the push lane: public. */
export function circuitsRoute(handlers: Handlers): Route {
  return {
    method: "GET",
    url: "/v1/circuits",
    operation: {
      id: "circuits",
      tag: "public record",
      summary: "Circuits",
      description:
        "Every circuit that jobs ask proofs of: its verification key with its hash, its inputs and who supplies them, and its shape. The document does not change while the validator runs.",
      answers: { 200: { description: "The circuits", schema: schemas.circuits } },
      problems: [],
    },
    serve: (_request, reply) => {
      reply.type("application/json");
      return handlers.circuits();
    },
  };
}
