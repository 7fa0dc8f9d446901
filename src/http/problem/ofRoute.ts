import type { ProblemCode } from "../../core/problems/problem.ts";
import type { Operation, RequestSchema } from "../routes/route.ts";

const everyRequest: readonly ProblemCode[] = [
  "malformed_request",
  "headers_too_large",
  "request_timeout",
  "shutting_down",
  "internal",
];
const everyInput: readonly ProblemCode[] = ["invalid_request"];
const everyBody: readonly ProblemCode[] = [
  "unsupported_media_type",
  "malformed_json",
  "json_too_deep",
  "body_too_large",
];
const everySigner: Readonly<Record<"miner" | "operator", readonly ProblemCode[]>> = {
  operator: ["unauthorized"],
  miner: [
    "header_missing",
    "header_malformed",
    "timestamp_stale",
    "timestamp_ahead",
    "wrong_validator",
    "bad_signature",
    "session_unknown",
    "not_registered",
    "suspended",
    "ip_rate_limited",
    "rate_limited",
    "busy",
    "store_unavailable",
    "clock_doubted",
  ],
};

/** Every code that an operation can answer, without repetition. */
export function problemsOf({ signedBy, problems }: Operation, schema: RequestSchema): ProblemCode[] {
  const { params, querystring, body } = schema;
  const codes = new Set<ProblemCode>([
    ...everyRequest,
    ...((params ?? querystring ?? body) ? everyInput : []),
    ...(body ? everyBody : []),
    ...(signedBy ? everySigner[signedBy] : []),
    ...problems,
  ]);
  return [...codes];
}
