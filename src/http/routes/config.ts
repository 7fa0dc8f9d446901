import type { Handlers } from "../handlers.ts";
import { configInForce } from "./configSchemas.ts";
import type { Route } from "./route.ts";

/** The operator's route for the configuration in force. */
export function configRoutes(handlers: Handlers): Route[] {
  return [
    {
      method: "GET",
      url: "/v1/admin/config",
      operation: {
        id: "config",
        tag: "administration",
        summary: "The configuration in force",
        description: "Every key with its value and where that comes from; secrets are never shown.",
        signedBy: "operator",
        answers: { 200: { description: "The configuration", schema: configInForce } },
        problems: [],
      },
      serve: () => handlers.config(),
    },
  ];
}
