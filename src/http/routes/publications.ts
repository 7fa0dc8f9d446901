import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Log } from "../../core/log.ts";
import type { Handlers } from "../handlers.ts";
import { textChecker } from "../wire/checker.ts";
import { lineStream } from "../wire/lines.ts";
import type { Route } from "./route.ts";
import * as schemas from "./schemas.ts";

const epochPath = Type.Object({ epoch: schemas.epochInteger }, { additionalProperties: false });
const periodPath = Type.Object(
  { epoch: Type.Integer({ ...schemas.epochInteger, description: "The weighing period" }) },
  { additionalProperties: false },
);
const checkPath = textChecker(epochPath, "path");

const epochOf = (request: FastifyRequest): number => checkPath(request.params).epoch;

/** Signed weights, sampling commitments and decision logs: open to everybody. */
export function publicationRoutes(handlers: Handlers, log: Log): Route[] {
  return [latestWeights(handlers), weights(handlers), sampling(handlers), audit(handlers, log)];
}

function latestWeights(handlers: Handlers): Route {
  return {
    method: "GET",
    url: "/v1/weights/latest",
    operation: {
      id: "latestWeights",
      tag: "public record",
      summary: "The latest weights",
      description: "The signed weight vector of the last weighing period.",
      answers: { 200: { description: "Signed vector", schema: schemas.vector } },
      problems: ["weights_not_found", "store_unavailable"],
    },
    serve: () => handlers.latestWeights(),
  };
}

function weights(handlers: Handlers): Route {
  return {
    method: "GET",
    url: "/v1/weights/:epoch",
    operation: {
      id: "weights",
      tag: "public record",
      summary: "Weights of a period",
      description: "The signed weight vector of a weighing period, as it was signed.",
      path: periodPath,
      answers: { 200: { description: "Signed vector", schema: schemas.vector } },
      problems: ["weights_not_found", "store_unavailable"],
    },
    serve: (request) => handlers.weights(epochOf(request)),
  };
}

function sampling(handlers: Handlers): Route {
  return {
    method: "GET",
    url: "/v1/sampling/:epoch",
    operation: {
      id: "sampling",
      tag: "public record",
      summary: "Sampling commitment of an epoch",
      description:
        "Commitment and policy; the key once the epoch closed, null before; signed heads of the decision log.",
      path: epochPath,
      answers: { 200: { description: "The epoch's record", schema: schemas.epochRecord } },
      problems: ["epoch_not_found", "store_unavailable"],
    },
    serve: (request) => handlers.sampling(epochOf(request)),
  };
}

function audit(handlers: Handlers, log: Log): Route {
  return {
    method: "GET",
    url: "/v1/audit/:epoch",
    operation: {
      id: "auditLog",
      tag: "public record",
      summary: "Decision log of a closed epoch",
      description: "One JSON object a line, each with the hash of the line before it.",
      path: epochPath,
      answers: {
        200: { description: "NDJSON", mediaType: "application/x-ndjson", schema: Type.String() },
      },
      problems: ["epoch_not_found", "epoch_open", "store_unavailable"],
    },
    serve: async (request, reply) => {
      const epoch = epochOf(request);
      const stream = await lineStream(handlers.auditLog(epoch), request.method !== "HEAD");
      stream.once("error", (cause) => log.error("audit_log_broken", { epoch, cause }));
      reply.type("application/x-ndjson");
      return reply.send(stream);
    },
  };
}
