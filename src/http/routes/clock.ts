import { Type } from "typebox";
import type { Handlers } from "../handlers.ts";
import { type Route, route } from "./route.ts";
import * as schemas from "./schemas.ts";

const acceptBody = Type.Object(
  {
    accept: Type.Literal(true),
    reason: Type.String({ minLength: 1, maxLength: 500, description: "Logged" }),
  },
  { additionalProperties: false },
);

/** The operator's routes for a clock in doubt. */
export function clockRoutes(handlers: Handlers): Route[] {
  return [
    {
      method: "GET",
      url: "/v1/admin/clock",
      operation: {
        id: "clock",
        tag: "administration",
        summary: "Whether the clock is believed",
        description:
          "ahead_ms: how far the wall clock is ahead of the expected time; 0 while it is believed.",
        signedBy: "operator",
        answers: { 200: { description: "The clock", schema: schemas.clockState } },
        problems: [],
      },
      serve: () => handlers.clock(),
    },
    route({
      method: "POST",
      url: "/v1/admin/clock",
      schema: { body: acceptBody },
      operation: {
        id: "acceptClock",
        tag: "administration",
        summary: "Accept the time that the wall clock shows",
        description:
          "After a step of the clock nothing is judged, dispatched or closed until this, or until it is back.",
        signedBy: "operator",
        answers: { 200: { description: "The clock", schema: schemas.clockState } },
        problems: ["store_unavailable"],
      },
      serve: ({ body }) => handlers.acceptClock(body.reason),
    }),
  ];
}
