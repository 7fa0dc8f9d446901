import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Metrics } from "../core/metrics.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { Problem } from "../core/problems/problem.ts";
import type { Handlers } from "./handlers.ts";
import { hasTooManyFields, headersTooLarge } from "./problem/clientFaults.ts";
import { everyAnswer } from "./problem/document.ts";
import { noRoute, unsupported } from "./problem/from.ts";
import type { Route } from "./routes/route.ts";
import { endConnection, isUnread } from "./wire/socketEnd.ts";

/** The requests that are being served: answers not yet sent, and handlers still running for clients that are gone. */
export class InFlight {
  readonly #answers = new Set<ServerResponse>();
  #running = 0;
  #onIdle: (() => void) | null = null;
  #draining = false;

  get draining(): boolean {
    return this.#draining;
  }

  /** Counts an answer until it was sent or its client is gone. */
  enter(answer: ServerResponse): void {
    this.#answers.add(answer);
    answer.once("close", () => this.leave(answer));
  }

  leave(answer: ServerResponse): void {
    this.#answers.delete(answer);
    this.#settle();
  }

  /** Runs a handler and counts it, whatever becomes of its client. */
  async run(request: IncomingMessage, answer: ServerResponse, work: () => unknown): Promise<unknown> {
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      // A pipelined answer that never had its turn is told of no close.
      if (request.socket.destroyed) this.leave(answer);
      else this.#settle();
    }
  }

  /** From now on everything new is to be refused. Resolves once nothing is in flight, or after `graceMs`. */
  async drain(graceMs: number): Promise<void> {
    this.#draining = true;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onIdle = resolve;
    this.#settle();
    const timer = setTimeout(resolve, graceMs);
    await promise;
    clearTimeout(timer);
  }

  #settle(): void {
    if (this.#answers.size === 0 && this.#running === 0) this.#onIdle?.();
  }
}

/** A request of the submit path takes about a millisecond; the worst legal one 5 s. */
const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const knownMethods = new Set(["GET", "HEAD", "POST", "DELETE"]);

export interface HttpMeasures {
  answered(request: FastifyRequest, reply: FastifyReply): void;
  refused(problem: Problem): void;
}

/** Counts and times answers by route, never by who asks. */
export function makeHttpMeasures(metrics: Metrics): HttpMeasures {
  const requests = metrics.counter("assay_http_requests_total", "Answered requests", [
    "route",
    "method",
    "status",
  ]);
  const seconds = metrics.histogram(
    "assay_http_request_seconds",
    "Time from headers read to answer sent",
    ["route"],
    buckets,
  );
  const problems = metrics.counter("assay_http_problems_total", "Refusals and failures stated to clients", [
    "code",
  ]);
  return {
    answered: (request, reply) => {
      const route = request.routeOptions.url ?? "none";
      const method = knownMethods.has(request.method) ? request.method : "other";
      requests.add({ route, method, status: `${reply.statusCode}` });
      seconds.observe(reply.elapsedTime / 1000, { route });
    },
    refused: ({ code }) => problems.add({ code }),
  };
}

export interface RequestModules {
  readonly handlers: Pick<Handlers, "isOperator">;
  readonly inFlight: InFlight;
  readonly measures: HttpMeasures;
  /** For the `Allow` header. */
  readonly methodsOf: (url: string) => readonly string[];
}

/** A restart takes about this long. */
const backAfterSeconds = 5;

const bearer = /^Bearer +(\S+)$/i;

function isOperator({ headers }: FastifyRequest, handlers: RequestModules["handlers"]): boolean {
  const token = bearer.exec(headers.authorization ?? "")?.[1];
  return token !== undefined && handlers.isOperator(token);
}

/** What refuses a request before its body is read, if anything. */
function firstRefusal(request: FastifyRequest, modules: RequestModules): Problem | null {
  const { raw, headers, routeOptions } = request;
  if (modules.inFlight.draining) return { code: "shutting_down", retry_after_s: backAfterSeconds };
  if (hasTooManyFields(raw)) return headersTooLarge;
  if (raw.headers.host === undefined && raw.httpVersionMinor !== 0) return { code: "malformed_request" };
  if (request.is404) {
    const allow = modules.methodsOf(raw.url ?? "").join(", ");
    return allow === "" ? noRoute(request) : { code: "method_not_allowed", method: request.method, allow };
  }
  const guarded = routeOptions.config.operation?.signedBy === "operator";
  if (guarded && !isOperator(request, modules.handlers)) return { code: "unauthorized" };
  // With a content type the framework goes on to the body; without one it would take the body to be absent.
  const typeless = routeOptions.schema?.body !== undefined && headers["content-type"] === undefined;
  return typeless ? unsupported(request) : null;
}

/** Hooks that every request passes, on its way in and out. */
export function installHooks(app: FastifyInstance, modules: RequestModules): void {
  const { inFlight, measures } = modules;
  app.addHook("onRequest", (request, reply, done) => {
    inFlight.enter(reply.raw);
    reply.headers(everyAnswer);
    // Nobody reads the body of a GET, so nothing waits for its end either.
    if (request.method !== "POST" && isUnread(request)) endConnection(request, reply);
    const problem = firstRefusal(request, modules);
    if (problem === null) done();
    else done(new AssayError(problem));
  });
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (inFlight.draining) reply.header("connection", "close");
    done(null, payload);
  });
  app.addHook("onResponse", (request, reply, done) => {
    measures.answered(request, reply);
    done();
  });
}

/** Serves a route: what its schemas refuse never reaches it. */
export function addRoute(app: FastifyInstance, route: Route, inFlight: InFlight): void {
  const { method, url, schema = {}, operation, serve } = route;
  app.route({
    method,
    url,
    schema,
    config: { operation },
    handler: (request, reply) => inFlight.run(request.raw, reply.raw, () => serve(request, reply)),
  });
}
