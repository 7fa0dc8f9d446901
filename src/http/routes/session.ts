import { Type } from "typebox";
import { AssayError } from "../../core/problems/assayError.ts";
import type { Handlers } from "../handlers.ts";
import { bearerOf } from "../session/access.ts";
import { endingCookie, openingCookie, sessionIdOf } from "../session/cookie.ts";
import { type Route, route } from "./route.ts";
import { operatorSession } from "./sessionSchema.ts";

const pathQuery = Type.Object(
  {
    path: Type.Optional(
      Type.String({
        pattern: "^/([A-Za-z0-9._~%@:+-]+/)*$",
        maxLength: 256,
        default: "/",
        description: "Where the browser sees the page, for the cookie: the prefix that a proxy removes",
      }),
    ),
  },
  { additionalProperties: false },
);

/** The dashboard's log-in: for the operator. */
export function sessionRoutes(handlers: Handlers): Route[] {
  return [open(handlers), state(handlers), end(handlers)];
}

function open(handlers: Handlers): Route {
  return route({
    method: "POST",
    url: "/v1/admin/session",
    schema: { querystring: pathQuery },
    operation: {
      id: "openOperatorSession",
      tag: "administration",
      summary: "Log in on the dashboard",
      description:
        "With the operator's token: sets the cookie assay_session, which the routes of the operator take instead of the token for 12 hours, until it is ended, or until the process restarts. A request that changes something also needs the header Assay-Requested-With: dashboard, and must come from the same origin. The process holds 64 sessions; one more ends the oldest.",
      signedBy: "operator",
      answers: { 204: { description: "Logged in", headers: { "Set-Cookie": "The session" } } },
      problems: [],
    },
    serve: (request, reply) => {
      // A session must not be able to prolong itself.
      if (bearerOf(request) === null) throw new AssayError({ code: "unauthorized" });
      const id = handlers.openOperatorSession();
      reply
        .code(204)
        .header("set-cookie", openingCookie(request, request.query.path ?? "/", id))
        .send();
      return reply;
    },
  });
}

function state(handlers: Handlers): Route {
  return {
    method: "GET",
    url: "/v1/admin/session",
    operation: {
      id: "operatorSession",
      tag: "administration",
      summary: "Whether one is logged in",
      description: "When the session of the request's cookie ends; null for a request with the token.",
      signedBy: "operator",
      answers: { 200: { description: "Logged in", schema: operatorSession } },
      problems: [],
    },
    serve: ({ headers }) => {
      const id = sessionIdOf(headers.cookie);
      return { ends_at: id === null ? null : handlers.operatorSessionEnd(id) };
    },
  };
}

function end(handlers: Handlers): Route {
  return route({
    method: "DELETE",
    url: "/v1/admin/session",
    schema: { querystring: pathQuery },
    operation: {
      id: "endOperatorSession",
      tag: "administration",
      summary: "Log out of the dashboard",
      description: "Ends the session of the request's cookie.",
      signedBy: "operator",
      answers: { 204: { description: "Logged out", headers: { "Set-Cookie": "Removes the session" } } },
      problems: [],
    },
    serve: (request, reply) => {
      const id = sessionIdOf(request.headers.cookie);
      if (id !== null) handlers.endOperatorSession(id);
      reply
        .code(204)
        .header("set-cookie", endingCookie(request, request.query.path ?? "/"))
        .send();
      return reply;
    },
  });
}
