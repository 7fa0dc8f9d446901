import type { ProblemCode } from "../../core/problems/problem.ts";
import type { Operation, RequestSchema } from "../routes/route.ts";

const everyRequest: readonly ProblemCode[] = [
  "malformed_request",
  "headers_too_large",
  "unsupported_content_encoding",
  "unsupported_transfer_coding",
  "request_timeout",
  "too_many_connections",
  "shutting_down",
  "internal",
];
const everyInput: readonly ProblemCode[] = ["invalid_request"];
/** Of a body that is read, also where the route takes none. */
const everyReadBody: readonly ProblemCode[] = ["unsupported_media_type", "body_too_large"];
const everyTakenBody: readonly ProblemCode[] = ["malformed_json", "json_too_deep", "too_many_members"];
const everySigner: Readonly<Record<"miner" | "operator" | "customer", readonly ProblemCode[]>> = {
  operator: ["unauthorized", "cross_origin"],
  customer: ["unauthorized", "cross_origin", "customer_rate_limited", "other_role"],
  miner: [
    "header_missing",
    "header_malformed",
    "timestamp_stale",
    "timestamp_ahead",
    "wrong_validator",
    "bad_signature",
    "session_unknown",
    "signature_used",
    "too_many_signatures",
    "not_registered",
    "suspended",
    "ip_rate_limited",
    "rate_limited",
    "too_many_new_hotkeys",
    "busy",
    "store_unavailable",
    "clock_doubted",
    "other_role",
  ],
};

/** Every code that an operation can answer, without repetition. `readsBody`: its method is not GET. */
export function problemsOf(
  { signedBy, problems }: Operation,
  schema: RequestSchema,
  readsBody: boolean,
): ProblemCode[] {
  const { params, querystring, body } = schema;
  const codes = new Set<ProblemCode>([
    ...everyRequest,
    ...((params ?? querystring ?? body) ? everyInput : []),
    ...(readsBody ? everyReadBody : []),
    ...(body ? everyTakenBody : []),
    ...(signedBy ? everySigner[signedBy] : []),
    ...problems,
  ]);
  if (readsBody && codes.has("store_unavailable")) codes.add("storage_full");
  return [...codes];
}
