import { Type } from "typebox";
import type { Handlers } from "../handlers.ts";
import { type Route, route } from "./route.ts";
import { chainWeights } from "./weightSchemas.ts";

const resumeBody = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 500, description: "Logged" }) },
  { additionalProperties: false },
);

const answers = { 200: { description: "The weights on their way", schema: chainWeights } };

/** The operator's routes for weights on their way to the chain. */
export function chainRoutes(handlers: Handlers): Route[] {
  return [
    {
      method: "GET",
      url: "/v1/admin/chain",
      operation: {
        id: "chainWeights",
        tag: "administration",
        summary: "The weights on their way to the chain",
        description: "Open plans, what they wait for, and alarms.",
        signedBy: "operator",
        answers,
        problems: ["chain_local"],
      },
      serve: () => handlers.chainWeights(),
    },
    route({
      method: "POST",
      url: "/v1/admin/chain/resume",
      schema: { body: resumeBody },
      operation: {
        id: "resumeChain",
        tag: "administration",
        summary: "Go on with the weights",
        description: "After an alarm that stopped them, such as another validator on this hotkey.",
        signedBy: "operator",
        answers,
        problems: ["chain_local", "store_unavailable"],
      },
      serve: ({ body }) => handlers.resumeChain(body.reason),
    }),
  ];
}
