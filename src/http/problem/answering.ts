import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Log } from "../../core/log.ts";
import { AssayError } from "../../core/problems/assayError.ts";
import type { Problem } from "../../core/problems/problem.ts";
import type { Handlers } from "../handlers.ts";
import type { HttpMeasures } from "../measures.ts";
import type { InFlight } from "../wire/inFlight.ts";
import { lingerAfterAnswer } from "../wire/socketEnd.ts";
import { hasTooManyFields, headersTooLarge } from "./clientFaults.ts";
import { problemAnswer, problemMediaType } from "./document.ts";
import { isDeparture, noRoute, problemFrom } from "./from.ts";

export interface AnsweringModules {
  readonly handlers: Pick<Handlers, "isOperator">;
  readonly log: Log;
  readonly measures: HttpMeasures;
  readonly inFlight: InFlight;
  /** For the `Allow` header. */
  readonly methodsOf: (url: string) => readonly string[];
  readonly maxBodyBytes: number;
}

const everyAnswer = { "x-content-type-options": "nosniff", "cache-control": "no-store" };

/** A restart takes about this long. */
const backAfterSeconds = 5;

const bearer = /^Bearer +(\S+)$/i;

function isOperator(request: FastifyRequest, handlers: Pick<Handlers, "isOperator">): boolean {
  const token = bearer.exec(request.headers.authorization ?? "")?.[1];
  return token !== undefined && handlers.isOperator(token);
}

/** Whether a client may still be sending its body. */
function isUnread({ raw, headers }: FastifyRequest): boolean {
  const announced = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  return announced && !raw.complete;
}

function endConnection(request: FastifyRequest, reply: FastifyReply): void {
  reply.header("connection", "close");
  lingerAfterAnswer(request.raw.socket);
}

/** What refuses a request before its body is read, if anything. */
function firstRefusal(request: FastifyRequest, modules: AnsweringModules): Problem | null {
  const { raw } = request;
  if (modules.inFlight.draining) return { code: "shutting_down", retry_after_s: backAfterSeconds };
  if (hasTooManyFields(raw)) return headersTooLarge;
  if (raw.headers.host === undefined && raw.httpVersionMinor !== 0) return { code: "malformed_request" };
  if (request.is404) {
    const allow = modules.methodsOf(raw.url ?? "").join(", ");
    return allow === "" ? noRoute(request) : { code: "method_not_allowed", method: request.method, allow };
  }
  const guarded = request.routeOptions.config.operation?.signedBy === "operator";
  return guarded && !isOperator(request, modules.handlers) ? { code: "unauthorized" } : null;
}

type Refusing = Omit<AnsweringModules, "methodsOf" | "handlers">;

/** Logs and counts what is thrown; returns what the client is told of it. */
function stateProblem(thrown: unknown, request: FastifyRequest, modules: Refusing): Problem {
  const { log, measures, maxBodyBytes } = modules;
  const at = { route: request.routeOptions.url, method: request.method };
  if (isDeparture(thrown, request)) {
    log.debug("client_gone", at);
    return { code: "malformed_request" };
  }
  const known = problemFrom(thrown, request, maxBodyBytes);
  const problem: Problem = known ?? { code: "internal" };
  if (known === null) log.error("request_failed", { ...at, cause: thrown });
  else log.debug("request_refused", { ...at, code: problem.code });
  measures.refused(problem);
  return problem;
}

/** Answers anything thrown with its problem document; what is no problem answers `internal`. */
export function answerError(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  modules: Refusing,
): void {
  const { status, headers, body } = problemAnswer(stateProblem(thrown, request, modules));
  reply
    .code(status)
    .headers({ ...headers, ...everyAnswer })
    .type(problemMediaType);
  if (isUnread(request)) endConnection(request, reply);
  // As bytes: to a text Fastify would add a charset, which this media type does not have.
  reply.send(Buffer.from(body));
  if (request.raw.socket.destroyed) modules.inFlight.leave(reply.raw);
}

/** Hooks that every request passes. */
export function installAnswering(app: FastifyInstance, modules: AnsweringModules): void {
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
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, modules));
}
