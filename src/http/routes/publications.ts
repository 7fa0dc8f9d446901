import { Type } from "typebox";
import type { Log } from "../../core/log.ts";
import type { Handlers } from "../handlers.ts";
import { callerOf } from "../requests.ts";
import { textStream } from "../wire/textStream.ts";
import { type Route, route } from "./route.ts";
import * as schemas from "./schemas.ts";

const epochPath = Type.Object({ epoch: schemas.epochInteger }, { additionalProperties: false });

/** Sampling commitments and decision logs: public. */
export function publicationRoutes(handlers: Handlers, log: Log): Route[] {
  return [closedEpochs(handlers), sampling(handlers), audit(handlers, log)];
}

const closedQuery = Type.Object(
  {
    before: Type.Optional(schemas.epochInteger),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  },
  { additionalProperties: false },
);

function closedEpochs(handlers: Handlers): Route {
  return route({
    method: "GET",
    url: "/v1/sampling",
    schema: { querystring: closedQuery },
    operation: {
      id: "closedEpochs",
      tag: "public record",
      summary: "List the closed epochs",
      description:
        "Epochs whose decision log can be audited, the latest first; next_before is null on the last page.",
      answers: { 200: { description: "A page of epochs", schema: schemas.closedEpochPage } },
      problems: ["store_unavailable"],
    },
    serve: ({ query: { before = null, limit = 100 } }) => handlers.closedEpochs({ before, limit }),
  });
}

function sampling(handlers: Handlers): Route {
  return route({
    method: "GET",
    url: "/v1/sampling/:epoch",
    schema: { params: epochPath },
    operation: {
      id: "sampling",
      tag: "public record",
      summary: "Sampling commitment of an epoch",
      description:
        "Commitment and policy; the key once the epoch closed, null before; signed heads of the decision log.",
      answers: { 200: { description: "The epoch's record", schema: schemas.epochRecord } },
      problems: ["epoch_not_found", "busy", "store_unavailable"],
    },
    serve: ({ params }) => handlers.sampling(params.epoch),
  });
}

function audit(handlers: Handlers, log: Log): Route {
  return route({
    method: "GET",
    url: "/v1/audit/:epoch",
    schema: { params: epochPath },
    operation: {
      id: "auditLog",
      tag: "public record",
      summary: "Decision log of a closed epoch",
      description: "One JSON object per line, each with the hash of the line before it.",
      answers: {
        200: { description: "NDJSON", mediaType: "application/x-ndjson", schema: Type.String() },
      },
      problems: ["epoch_not_found", "epoch_open", "busy", "store_unavailable"],
    },
    serve: async (request, reply) => {
      const { epoch } = request.params;
      const texts = handlers.auditLog(epoch, callerOf(request, reply).ip);
      const stream = await textStream(texts, request.method !== "HEAD");
      stream.once("error", (cause) => log.error("audit_log_broken", { epoch, cause }));
      reply.type("application/x-ndjson");
      return reply.send(stream);
    },
  });
}
