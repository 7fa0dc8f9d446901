import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { addressText, foldAddress, parseForwarded } from "../core/address.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { Problem } from "../core/problems/problem.ts";
import type { Caller } from "../flow/caller.ts";
import { type Cors, isShared } from "./cors.ts";
import type { Handlers, JobClient } from "./handlers.ts";
import type { HttpMeasures } from "./measures.ts";
import { headersTooLarge, maxHeaderFields } from "./problem/clientFaults.ts";
import { everyAnswer } from "./problem/document.ts";
import { noRoute, unsupported } from "./problem/from.ts";
import { type Route, tokenOf } from "./routes/route.ts";
import { bearerOf, sessionRefusal } from "./session/access.ts";
import { headRefusal } from "./wire/requestHead.ts";
import { announceEnd, endConnection, isUnread } from "./wire/socketEnd.ts";

const isCounted = Symbol("counted");

/** Marked itself: the outgrown tables of a `Set` would keep answers in memory long after they were sent. */
type Counted = ServerResponse & { [isCounted]?: boolean };

/** The requests being served: answers not yet sent, and handlers still running for clients that are gone. */
export class InFlight {
  #answers = 0;
  #running = 0;
  #onIdle: (() => void) | null = null;
  #draining = false;

  get draining(): boolean {
    return this.#draining;
  }

  /** Counts an answer until it is sent or its client is gone. */
  enter(answer: Counted): void {
    answer[isCounted] = true;
    this.#answers++;
    answer.once("close", () => this.leave(answer));
  }

  leave(answer: Counted): void {
    if (answer[isCounted]) this.#answers--;
    answer[isCounted] = false;
    this.#settle();
  }

  /** Runs a handler and counts it, even after its client is gone. */
  async run(request: IncomingMessage, answer: ServerResponse, work: () => unknown): Promise<unknown> {
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
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
    if (this.#answers === 0 && this.#running === 0) this.#onIdle?.();
  }
}

export interface RequestModules {
  readonly handlers: Pick<Handlers, "isOperator" | "jobClient" | "takeToken" | "operatorSessionEnd">;
  readonly inFlight: InFlight;
  readonly measures: HttpMeasures;
  /** For the `Allow` header. */
  readonly methodsOf: (url: string) => readonly string[];
  readonly cors: Cors;
  /** The methods of a path that pages of other origins may use. */
  readonly sharedMethodsOf: (url: string) => readonly string[];
}

/** A restart takes about this long. */
const backAfterSeconds = 5;

const jobClients = new WeakMap<IncomingMessage, JobClient>();

/** Who sent a request to a route of jobs. */
export function jobClientOf({ raw }: FastifyRequest): JobClient {
  const client = jobClients.get(raw);
  if (client === undefined) throw new AssayError({ code: "unauthorized" });
  return client;
}

/** Why the bearer of the request's token, or the operator whose session it has, may not use the route, or null. */
function tokenRefusal(request: FastifyRequest, handlers: RequestModules["handlers"]): Problem | null {
  const signedBy = request.routeOptions.config.operation?.signedBy;
  if (signedBy !== "operator" && signedBy !== "customer") return null;
  const token = bearerOf(request);
  if (token === null) {
    const refusal = sessionRefusal(request, handlers);
    if (refusal === null) jobClients.set(request.raw, { owner: null });
    return refusal;
  }
  if (signedBy === "operator") return handlers.isOperator(token) ? null : { code: "unauthorized" };
  try {
    jobClients.set(request.raw, handlers.jobClient(token));
    return null;
  } catch (error) {
    if (error instanceof AssayError) return error.problem;
    throw error;
  }
}

/**
 * Takes a token of the sender's address; requests of the operator and of customers take none. Throws `ip_rate_limited`, or the
 * refusal of a bearer's token.
 */
function takeToken(request: FastifyRequest, { handlers }: RequestModules): void {
  const { operation } = request.routeOptions.config;
  const guarded = operation?.signedBy === "operator" || operation?.signedBy === "customer";
  const refusal = guarded ? tokenRefusal(request, handlers) : null;
  if (guarded && refusal === null) return;
  handlers.takeToken(addressOf(request), operation === undefined ? "public" : tokenOf(operation));
  if (refusal !== null) throw new AssayError(refusal);
}

/** Why a request is refused before its body is read, or null. */
function firstRefusal(request: FastifyRequest, modules: RequestModules): Problem | null {
  const { raw, headers, routeOptions } = request;
  if (raw.rawHeaders.length > 2 * maxHeaderFields) return headersTooLarge;
  const refusal = headRefusal(raw);
  if (refusal !== null) return refusal;
  if (request.is404 && request.method === "OPTIONS" && modules.methodsOf(raw.url ?? "").length > 0)
    return null;
  if (request.is404) {
    const allow = modules.methodsOf(raw.url ?? "").join(", ");
    return allow === "" ? noRoute(request) : { code: "method_not_allowed", method: request.method, allow };
  }
  // With a content type the framework reads the body; without one it would treat the body as absent.
  const typeless = routeOptions.schema?.body !== undefined && headers["content-type"] === undefined;
  return typeless ? unsupported(request) : null;
}

/** The refusal of a request before its body is read, or null. Its token comes before everything that could cost anything. */
function refusalAtTheDoor(request: FastifyRequest, modules: RequestModules): Error | null {
  const { inFlight } = modules;
  if (inFlight.draining) return new AssayError({ code: "shutting_down", retry_after_s: backAfterSeconds });
  try {
    takeToken(request, modules);
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }
  const problem = firstRefusal(request, modules);
  return problem === null ? null : new AssayError(problem);
}

/** The answer to OPTIONS at a path where something is served; false elsewhere. */
function answerOptions(request: FastifyRequest, reply: FastifyReply, modules: RequestModules): boolean {
  const url = request.raw.url ?? "";
  const methods = request.method === "OPTIONS" ? modules.methodsOf(url) : [];
  if (methods.length === 0) return false;
  const { origin, "access-control-request-method": wanted } = request.headers;
  reply
    .code(204)
    .header("allow", [...methods, "OPTIONS"].join(", "))
    .headers(modules.cors.preflight(origin, wanted, modules.sharedMethodsOf(url)))
    .send();
  return true;
}

/** A request without a body may still say what its body would be: a route that takes none does not care. */
function forgetTypeOfNothing({ headers, routeOptions }: FastifyRequest): void {
  const isEmpty = headers["transfer-encoding"] === undefined && Number(headers["content-length"] ?? 0) === 0;
  if (isEmpty && routeOptions.schema?.body === undefined) delete headers["content-type"];
}

/** Hooks of every request and answer. */
export function installHooks(app: FastifyInstance, modules: RequestModules): void {
  const { inFlight, measures, cors } = modules;
  app.addHook("onRequest", (request, reply, done) => {
    inFlight.enter(reply.raw);
    reply.headers(everyAnswer);
    // The body of a GET is not read, so the server does not wait for its end.
    if (request.method !== "POST" && isUnread(request)) endConnection(request, reply);
    const { operation } = request.routeOptions.config;
    if (operation !== undefined && isShared(operation)) reply.headers(cors.answer(request.headers.origin));
    const refusal = refusalAtTheDoor(request, modules);
    if (refusal === null && answerOptions(request, reply, modules)) return;
    forgetTypeOfNothing(request);
    done(refusal ?? undefined);
  });
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (inFlight.draining) announceEnd(reply);
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

/** A forwarded text that is not an address counts as the proxy itself. */
function addressOf(request: FastifyRequest): string {
  const { remoteAddress = "" } = request.raw.socket;
  const claimed = request.ip ?? "";
  if (claimed === remoteAddress) return foldAddress(remoteAddress);
  const forwarded = parseForwarded(claimed);
  return forwarded === null ? foldAddress(remoteAddress) : addressText(forwarded);
}

function abortOnDeparture(request: FastifyRequest, response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const { socket } = request.raw;
  const onClose = () => {
    if (!response.writableFinished) controller.abort();
  };
  if (socket.destroyed) onClose();
  response.once("close", onClose);
  return controller.signal;
}

/** Its signal is made at its first use: most requests never need it. */
class RequestCaller implements Caller {
  readonly headers: Caller["headers"];
  readonly method: string;
  readonly target: string;
  readonly ip: string;
  readonly rawBody: Uint8Array;
  readonly #request: FastifyRequest;
  readonly #response: ServerResponse;
  #signal: AbortSignal | null = null;

  constructor(request: FastifyRequest, response: ServerResponse) {
    this.headers = request.headers;
    this.method = request.method;
    this.target = request.raw.url ?? "";
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
