import { AssayError } from "../../core/problems/assayError.ts";
import type { Handlers } from "../handlers.ts";
import type { Route } from "./route.ts";
import * as schemas from "./schemas.ts";

/** About the interval of a readiness probe. */
const probeAgainSeconds = 5;

/** Liveness, readiness, status and keys: public. */
export function operationRoutes(handlers: Handlers): Route[] {
  return [health(handlers), readiness(handlers), status(handlers), keys(handlers)];
}

function health(handlers: Handlers): Route {
  return {
    method: "GET",
    url: "/healthz",
    operation: {
      id: "healthz",
      tag: "operation",
      probe: true,
      summary: "Liveness",
      description: "Answers 200 while the process serves requests.",
      answers: { 200: { description: "Alive", schema: schemas.liveness } },
      problems: [],
    },
    serve: () => handlers.healthz(),
  };
}

function readiness(handlers: Handlers): Route {
  return {
    method: "GET",
    url: "/readyz",
    operation: {
      id: "readyz",
      tag: "operation",
      probe: true,
      summary: "Readiness",
      description: "200 if everything that a request needs works; otherwise 503 with the same checks.",
      answers: { 200: { description: "Ready", schema: schemas.readiness } },
      problems: ["not_ready"],
    },
    serve: async () => {
      const { ready, checks } = await handlers.readyz();
      if (ready) return { ready, checks };
      throw new AssayError({ code: "not_ready", ready: false, checks, retry_after_s: probeAgainSeconds });
    },
  };
}

function status(handlers: Handlers): Route {
  return {
    method: "GET",
    url: "/v1/status",
    operation: {
      id: "status",
      tag: "operation",
      summary: "Status of the validator",
      description:
        "Version, network, chain height, epoch, lanes with their tiers, load of the gate, sampling.",
      answers: { 200: { description: "Status", schema: schemas.status } },
      problems: [],
    },
    serve: () => handlers.status(),
  };
}

function keys(handlers: Handlers): Route {
  return {
    method: "GET",
    url: "/v1/keys",
    operation: {
      id: "keys",
      tag: "public record",
      summary: "Publishing keys",
      description: "JWKS of the Ed25519 keys that sign receipts, commitments and weight vectors.",
      answers: { 200: { description: "JSON Web Key Set", schema: schemas.keys } },
      problems: [],
    },
    serve: () => handlers.keys(),
  };
}
