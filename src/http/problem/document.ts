import { http } from "../../core/nodeHttp.ts";
import { kindOf } from "../../core/problems/assayError.ts";
import type { Problem } from "../../core/problems/problem.ts";

/** A problem as it is sent. */
export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** RFC 9457 JSON. */
  readonly body: string;
}

export const problemMediaType = "application/problem+json";

/** Headers of every answer: caches must not keep it, and browsers must not guess its type. */
export const everyAnswer = { "x-content-type-options": "nosniff", "cache-control": "no-store" };

/** `Retry-After` of a problem that does not state its seconds. */
const soonest = 1;

function headersOf(problem: Problem): Record<string, string> {
  const { status, retry } = kindOf(problem);
  const headers: Record<string, string> = {};
  if (retry !== undefined) {
    const seconds = "retry_after_s" in problem ? Math.ceil(problem.retry_after_s) : soonest;
    headers["retry-after"] = `${Math.max(soonest, seconds)}`;
  }
  if (problem.code === "method_not_allowed") headers.allow = problem.allow;
  if (problem.code === "unsupported_content_encoding") headers["accept-encoding"] = "identity";
  if (status === 401) headers["www-authenticate"] = problem.code === "unauthorized" ? "Bearer" : "Epistula";
  return headers;
}

/** The answer for a problem; one without an HTTP status is sent as `internal`. */
export function problemAnswer(problem: Problem): ProblemAnswer {
  const kind = kindOf(problem);
  if (kind.status === null) return problemAnswer({ code: "internal" });
  const { code, ...data } = problem;
  const document = {
    type: `urn:assay:problem:${code}`,
    title: kind.title,
    status: kind.status,
    detail: kind.detail(problem),
    code,
    blame: kind.blame,
    ...(kind.retry === undefined ? {} : { reason: kind.retry }),
    ...data,
  };
  return { status: kind.status, headers: headersOf(problem), body: JSON.stringify(document) };
}

/** A whole answer as bytes for the socket, for where there is no response object. It ends the connection. */
export function rawAnswer(problem: Problem): string {
  const { status, headers, body } = problemAnswer(problem);
  const fields = {
    ...headers,
    "content-type": problemMediaType,
    "content-length": Buffer.byteLength(body),
    ...everyAnswer,
    connection: "close",
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? "Refused"}\r\n${lines.join("")}\r\n${body}`;
}
