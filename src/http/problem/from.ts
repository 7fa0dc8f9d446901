import type { FastifyRequest } from "fastify";
import { AssayError, kindOf } from "../../core/problems/assayError.ts";
import type { Problem } from "../../core/problems/problem.ts";
import { unsupported } from "../routes/route.ts";

/** The longest path that is echoed. */
const longestPath = 200;

export function noRoute(request: FastifyRequest): Problem {
  const path = (request.raw.url ?? "").split("?", 1)[0] ?? "";
  return { code: "route_not_found", path: path.slice(0, longestPath) };
}

/** Whether something was thrown only because the client left: its body broke off, or a handler heeded its signal. */
export function isDeparture(thrown: unknown, { raw }: FastifyRequest): boolean {
  const heeded = thrown instanceof Error && thrown.name === "AbortError";
  return raw.socket.destroyed && (heeded || !raw.complete);
}

function frameworkProblem(code: unknown, request: FastifyRequest, maxBodyBytes: number): Problem | null {
  switch (code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return { code: "body_too_large", limit_bytes: maxBodyBytes };
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return unsupported(request).problem;
    case "FST_ERR_MAX_PARAM_LENGTH":
      return noRoute(request);
    case "FST_ERR_BAD_URL":
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return { code: "malformed_request" };
    default:
      return null;
  }
}

/** What a client is told of anything thrown; null when that is nothing but `internal`. */
export function problemFrom(thrown: unknown, request: FastifyRequest, maxBodyBytes: number): Problem | null {
  if (thrown instanceof AssayError) return kindOf(thrown.problem).status === null ? null : thrown.problem;
  const code = typeof thrown === "object" && thrown !== null && "code" in thrown ? thrown.code : undefined;
  return frameworkProblem(code, request, maxBodyBytes);
}
