import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { EventHub } from "../events/hub.ts";
import type { Route } from "./route.ts";

const mediaType = "text/event-stream";

/** The number of the last event that the reader has seen; one that is no number was never given. */
function lastIdOf({ headers }: FastifyRequest): number | null {
  const text = headers["last-event-id"];
  if (text === undefined || text === "") return null;
  return /^\d{1,16}$/.test(String(text)) ? Number(text) : -1;
}

function begin(reply: FastifyReply): void {
  reply.hijack();
  // Proxies that collect an answer before they pass it on are asked not to.
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    ...{ "content-type": mediaType, "x-accel-buffering": "no" },
  });
}

/** What changes, as it changes: public. */
export function eventRoute(hub: EventHub): Route {
  return {
    method: "GET",
    url: "/v1/events",
    operation: {
      id: "events",
      tag: "operation",
      summary: "Changes as they happen",
      description:
        "Server-sent events: overview (the document of /v1/overview, every 5 s), weights {period, state}, strike {hotkey, id, block}, standing {hotkey, standing}, epoch {epoch, state}, alert {rule, state, severity}, reset (load everything anew). The header Last-Event-ID goes on where a stream ended. A comment every 15 s; a reader that does not keep up is cut off.",
      answers: { 200: { description: "The events", mediaType, schema: Type.String() } },
      problems: ["too_many_event_streams"],
    },
    serve: (request, reply) => {
      if (request.method === "HEAD") {
        reply.type(mediaType);
        return "";
      }
      hub.requireRoom();
      begin(reply);
      hub.add(reply.raw, lastIdOf(request));
      return reply;
    },
  };
}
