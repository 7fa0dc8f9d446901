import type { Handlers } from "../handlers.ts";
import { alertList, alertTest, mute, muteBody, rulePath, unmuted } from "./alertSchemas.ts";
import { type Route, route } from "./route.ts";

/** The operator's routes for the alerts of the validator itself. */
export function alertRoutes(handlers: Handlers): Route[] {
  return [list(handlers), muteOne(handlers), unmuteOne(handlers), test(handlers)];
}

function list(handlers: Handlers): Route {
  return {
    method: "GET",
    url: "/v1/admin/alerts",
    operation: {
      id: "alerts",
      tag: "administration",
      summary: "List the alerts of the validator itself",
      description:
        "What is pending, fires, was resolved or is muted, and what happened; docs/runbook.md explains each rule.",
      signedBy: "operator",
      answers: { 200: { description: "The alerts", schema: alertList } },
      problems: ["store_unavailable"],
    },
    serve: () => handlers.alerts(),
  };
}

function muteOne(handlers: Handlers): Route {
  return route({
    method: "POST",
    url: "/v1/admin/alerts/mutes",
    schema: { body: muteBody },
    operation: {
      id: "muteAlert",
      tag: "administration",
      summary: "Mute a rule for a time",
      description:
        "It is still evaluated, and nobody is told. A mute takes the place of an earlier one of the same rule.",
      signedBy: "operator",
      answers: { 201: { description: "The mute", schema: mute } },
      problems: ["alert_rule_not_found", "store_unavailable"],
    },
    serve: async ({ body }, reply) => {
      const made = await handlers.muteAlert(body);
      reply.code(201);
      return made;
    },
  });
}

function unmuteOne(handlers: Handlers): Route {
  return route({
    method: "DELETE",
    url: "/v1/admin/alerts/mutes/:rule",
    schema: { params: rulePath },
    operation: {
      id: "unmuteAlert",
      tag: "administration",
      summary: "End the mute of a rule",
      description: "What fires meanwhile is told with the next evaluation.",
      signedBy: "operator",
      answers: { 200: { description: "The mute has ended", schema: unmuted } },
      problems: ["alert_rule_not_found", "alert_not_muted", "store_unavailable"],
    },
    serve: ({ params }) => handlers.unmuteAlert(params.rule),
  });
}

function test(handlers: Handlers): Route {
  return {
    method: "POST",
    url: "/v1/admin/alerts/test",
    operation: {
      id: "testAlerts",
      tag: "administration",
      summary: "Send a test through every sink",
      description: "From the process that answers; says what each receiver answered.",
      signedBy: "operator",
      answers: { 200: { description: "What became of it", schema: alertTest } },
      problems: [],
    },
    serve: () => handlers.testAlerts(),
  };
}
