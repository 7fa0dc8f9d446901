import type { IncomingMessage, ServerResponse } from "node:http";
import { isIP } from "node:net";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AssayError } from "../core/problems/assayError.ts";
import type { Problem } from "../core/problems/problem.ts";
import type { Caller } from "../flow/caller.ts";
import type { Handlers, JobClient } from "./handlers.ts";
import type { HttpMeasures } from "./measures.ts";
import { headersTooLarge, maxHeaderFields } from "./problem/clientFaults.ts";
import { everyAnswer } from "./problem/document.ts";
import { noRoute, unsupported } from "./problem/from.ts";
import type { Route } from "./routes/route.ts";
import { endConnection, isUnread } from "./wire/socketEnd.ts";

/** The requests being served: answers not yet sent, and handlers still running for clients that are gone. */
export class InFlight {
  readonly #answers = new Set<ServerResponse>();
  #running = 0;
  #onIdle: (() => void) | null = null;
  #draining = false;

  get draining(): boolean {
    return this.#draining;
  }

  /** Counts an answer until it is sent or its client is gone. */
  enter(answer: ServerResponse): void {
    this.#answers.add(answer);
    answer.once("close", () => this.leave(answer));
  }

  leave(answer: ServerResponse): void {
    this.#answers.delete(answer);
    this.#settle();
  }

  /** Runs a handler and counts it, even after its client is gone. */
  async run(request: IncomingMessage, answer: ServerResponse, work: () => unknown): Promise<unknown> {
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      // A pipelined answer whose turn never came does not emit `close`.
      if (request.socket.destroyed) this.leave(answer);
      else this.#settle();
    }
  }

  /** From now on new requests must be refused. Resolves once no request is in flight, or after `graceMs`. */
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

export interface RequestModules {
  readonly handlers: Pick<Handlers, "isOperator" | "jobClient">;
  readonly inFlight: InFlight;
  readonly measures: HttpMeasures;
  /** For the `Allow` header. */
  readonly methodsOf: (url: string) => readonly string[];
}

/** A restart takes about this long. */
const backAfterSeconds = 5;

const bearer = /^Bearer +(\S+)$/i;

const jobClients = new WeakMap<IncomingMessage, JobClient>();

/** Who sent a request to a route of jobs. */
export function jobClientOf({ raw }: FastifyRequest): JobClient {
  const client = jobClients.get(raw);
  if (client === undefined) throw new AssayError({ code: "unauthorized" });
  return client;
}

/** Why the bearer of the request's token may not use the route, or null. */
function tokenRefusal(request: FastifyRequest, handlers: RequestModules["handlers"]): Problem | null {
  const signedBy = request.routeOptions.config.operation?.signedBy;
  if (signedBy !== "operator" && signedBy !== "customer") return null;
  const token = bearer.exec(request.headers.authorization ?? "")?.[1];
  if (token === undefined) return { code: "unauthorized" };
  if (signedBy === "operator") return handlers.isOperator(token) ? null : { code: "unauthorized" };
  try {
    jobClients.set(request.raw, handlers.jobClient(token));
    return null;
  } catch (error) {
    if (error instanceof AssayError) return error.problem;
    throw error;
  }
}

/** Why a request is refused before its body is read, or null. */
function firstRefusal(request: FastifyRequest, modules: RequestModules): Problem | null {
  const { raw, headers, routeOptions } = request;
  if (modules.inFlight.draining) return { code: "shutting_down", retry_after_s: backAfterSeconds };
  if (raw.rawHeaders.length > 2 * maxHeaderFields) return headersTooLarge;
  if (raw.headers.host === undefined && raw.httpVersionMinor !== 0) return { code: "malformed_request" };
  if (request.is404) {
    const allow = modules.methodsOf(raw.url ?? "").join(", ");
    return allow === "" ? noRoute(request) : { code: "method_not_allowed", method: request.method, allow };
  }
  const refusal = tokenRefusal(request, modules.handlers);
  if (refusal !== null) return refusal;
  // With a content type the framework reads the body; without one it would treat the body as absent.
  const typeless = routeOptions.schema?.body !== undefined && headers["content-type"] === undefined;
  return typeless ? unsupported(request) : null;
}

/** Hooks of every request and answer. */
export function installHooks(app: FastifyInstance, modules: RequestModules): void {
  const { inFlight, measures } = modules;
  app.addHook("onRequest", (request, reply, done) => {
    inFlight.enter(reply.raw);
    reply.headers(everyAnswer);
    // The body of a GET is not read, so the server does not wait for its end.
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

/** Serves a route; requests that its schemas refuse never reach it. */
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

const nothing = new Uint8Array();
const mapped = "::ffff:";

/** An IPv4 address in one form, also when it arrives on an IPv6 socket. */
function plainAddress(address: string): string {
  const tail = address.startsWith(mapped) ? address.slice(mapped.length) : "";
  return isIP(tail) === 4 ? tail : address;
}

/** A forwarded text that is not an address counts as the proxy itself. */
function addressOf(request: FastifyRequest): string {
  const claimed = plainAddress(request.ip ?? "");
  return isIP(claimed) === 0 ? plainAddress(request.raw.socket.remoteAddress ?? "") : claimed;
}

function abortOnDeparture(request: FastifyRequest, response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const { socket } = request.raw;
  const onClose = () => {
    if (!response.writableFinished) controller.abort();
  };
  if (socket.destroyed) onClose();
  response.once("close", onClose);
  // A pipelined answer that waits for its turn has no socket yet, and emits nothing when the connection closes.
  if (response.socket === null) socket.once("close", onClose);
  return controller.signal;
}

/** Its signal is made at its first use: most requests never need it. */
class RequestCaller implements Caller {
  readonly headers: Caller["headers"];
  readonly ip: string;
  readonly rawBody: Uint8Array;
  readonly #request: FastifyRequest;
  readonly #response: ServerResponse;
  #signal: AbortSignal | null = null;

  constructor(request: FastifyRequest, response: ServerResponse) {
    this.headers = request.headers;
    this.ip = addressOf(request);
    this.rawBody = request.rawBody ?? nothing;
    this.#request = request;
    this.#response = response;
  }

  get signal(): AbortSignal {
    this.#signal ??= abortOnDeparture(this.#request, this.#response);
    return this.#signal;
  }
}

export function callerOf(request: FastifyRequest, reply: FastifyReply): Caller {
  return new RequestCaller(request, reply.raw);
}
