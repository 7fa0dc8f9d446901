import type { FastifyReply, FastifyRequest } from "fastify";
import type { Log } from "../../core/log.ts";
import type { Problem } from "../../core/problems/problem.ts";
import type { HttpMeasures } from "../measures.ts";
import type { InFlight } from "../requests.ts";
import { endConnection, isUnread } from "../wire/socketEnd.ts";
import { everyAnswer, problemAnswer, problemMediaType } from "./document.ts";
import { isDeparture, problemFrom } from "./from.ts";

export interface AnsweringModules {
  readonly log: Log;
  readonly measures: HttpMeasures;
  readonly inFlight: InFlight;
  readonly maxBodyBytes: number;
}

/** Logs and counts a thrown error; returns the problem that the client gets. */
function stateProblem(thrown: unknown, request: FastifyRequest, modules: AnsweringModules): Problem {
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
  measures.refused(problem, at.route);
  return problem;
}

/** To a text the framework would add a charset, which this media type does not have; bytes would take a second piece on the wire. */
const asItIs = (body: unknown): string => String(body);

/** Answers a thrown error with its problem document; any error without one answers `internal`. */
export function answerError(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  modules: AnsweringModules,
): void {
  const { status, headers, body } = problemAnswer(stateProblem(thrown, request, modules));
  reply
    .code(status)
    .headers({ ...headers, ...everyAnswer })
    .type(problemMediaType);
  if (isUnread(request)) endConnection(request, reply);
  reply.serializer(asItIs).send(body);
  if (request.raw.socket.destroyed) modules.inFlight.leave(reply.raw);
}
