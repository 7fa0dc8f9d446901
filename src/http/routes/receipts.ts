import { Type } from "typebox";
import type { Handlers } from "../handlers.ts";
import { submission } from "./recordSchemas.ts";
import { type Route, route } from "./route.ts";

const receiptPath = Type.Object(
  { id: Type.String({ description: "A receipt id" }) },
  { additionalProperties: false },
);

/** The operator's look at a submission; its miner has `/v1/receipts/{id}`. */
export function receiptRoute(handlers: Handlers): Route {
  return route({
    method: "GET",
    url: "/v1/admin/receipts/:id",
    schema: { params: receiptPath },
    operation: {
      id: "submission",
      tag: "administration",
      summary: "Look a submission up",
      description: "The current receipt as its miner gets it, and when the submission was decided.",
      signedBy: "operator",
      answers: { 200: { description: "The submission", schema: submission } },
      problems: ["receipt_not_found", "busy", "store_unavailable"],
    },
    serve: ({ params }) => handlers.submission(params.id),
  });
}
