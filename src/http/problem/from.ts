import type { FastifyRequest } from "fastify";
import type { FastifySchemaValidationError } from "fastify/types/schema.js";
import { AssayError, kindOf } from "../../core/problems/assayError.ts";
import type { Problem } from "../../core/problems/problem.ts";
import { hotkeyText, notHotkey } from "../routes/schemas.ts";

/** The longest path, content type and name of a member that are echoed. */
const longest = { path: 200, type: 100, name: 80 };

export function noRoute(request: FastifyRequest): Problem {
  const path = (request.raw.url ?? "").split("?", 1)[0] ?? "";
  return { code: "route_not_found", path: path.slice(0, longest.path) };
}

export function unsupported({ headers }: FastifyRequest): Problem {
  const given = headers["content-type"] ?? "";
  return { code: "unsupported_media_type", content_type: given.slice(0, longest.type) };
}

/** Whether the error was thrown only because the client left: its body broke off, or a handler stopped at its signal. */
export function isDeparture(thrown: unknown, { raw }: FastifyRequest): boolean {
  const stopped = thrown instanceof Error && thrown.name === "AbortError";
  return raw.socket.destroyed && (stopped || !raw.complete);
}

/** An error of the framework: its code, and for a schema's refusal the place of the fault. */
interface Thrown {
  readonly code?: unknown;
  readonly validation?: readonly FastifySchemaValidationError[];
  readonly validationContext?: string;
}

const places: Readonly<Record<string, string>> = { querystring: "query", params: "path" };

function pointer({ keyword, instancePath, params }: FastifySchemaValidationError): string {
  if (keyword !== "required") return instancePath;
  const [missing = ""] = params.requiredProperties as string[];
  return `${instancePath}/${missing}`;
}

function expectation({
  keyword,
  params,
  message = "does not match its schema",
}: FastifySchemaValidationError): string {
  if (keyword === "required") return "is required";
  if (keyword === "boolean") return "is not known here";
  if (keyword === "pattern" && String(params.pattern) === hotkeyText.pattern) return notHotkey;
  return message
    .replace(/^must be (integer|array|object)$/, "must be an $1")
    .replace(/^must be (string|number|boolean)$/, "must be a $1");
}

/** The first fault that a schema found: a JSON pointer into the body, or the name of a parameter. */
function invalidRequest({ validation = [], validationContext = "body" }: Thrown): Problem {
  const [fault] = validation;
  const path = (fault === undefined ? "" : pointer(fault)).slice(0, longest.name);
  const field = validationContext === "body" ? path : path.slice(1);
  const expected = fault === undefined ? "does not match its schema" : expectation(fault);
  return { code: "invalid_request", field: field || (places[validationContext] ?? "body"), expected };
}

function frameworkProblem(thrown: Thrown, request: FastifyRequest, maxBodyBytes: number): Problem | null {
  switch (thrown.code) {
    case "FST_ERR_VALIDATION":
      return invalidRequest(thrown);
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return { code: "body_too_large", limit_bytes: maxBodyBytes };
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return unsupported(request);
    case "FST_ERR_MAX_PARAM_LENGTH":
      return noRoute(request);
    case "FST_ERR_BAD_URL":
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return { code: "malformed_request" };
    default:
      return null;
  }
}

/** The problem that a client gets for anything thrown; null when it gets only `internal`. */
export function problemFrom(thrown: unknown, request: FastifyRequest, maxBodyBytes: number): Problem | null {
  if (thrown instanceof AssayError) return kindOf(thrown.problem).status === null ? null : thrown.problem;
  return typeof thrown === "object" && thrown !== null
    ? frameworkProblem(thrown, request, maxBodyBytes)
    : null;
}
