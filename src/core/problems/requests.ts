import type { ProblemCode, ProblemRows } from "./problem.ts";

/** Refusals of a request as such: its framing, its body, its headers, who sends it. */
export const requestProblems = {
  route_not_found: {
    status: 404,
    blame: "miner",
    title: "No such route",
    detail: (p) => `Nothing is served at ${p.path}; GET /openapi.json lists the routes.`,
  },
  method_not_allowed: {
    status: 405,
    blame: "miner",
    title: "Method not allowed",
    detail: (p) => `${p.method} is not served here; use ${p.allow}.`,
  },
  unsupported_media_type: {
    status: 415,
    blame: "miner",
    title: "Unsupported media type",
    detail: (p) => `Content-Type is "${p.content_type}"; send application/json.`,
  },
  malformed_request: {
    status: 400,
    blame: "miner",
    title: "Malformed HTTP request",
    detail: () => "The request is not well-formed HTTP; check its framing and its headers.",
  },
  malformed_json: {
    status: 400,
    blame: "miner",
    title: "Malformed JSON",
    detail: () => "The body is not JSON; send one JSON object in UTF-8.",
  },
  json_too_deep: {
    status: 400,
    blame: "miner",
    title: "JSON nested too deep",
    detail: (p) => `The body nests deeper than ${p.limit} levels.`,
  },
  invalid_request: {
    status: 422,
    blame: "miner",
    title: "Invalid request",
    detail: (p) => `${p.field}: ${p.expected}.`,
  },
  body_too_large: {
    status: 413,
    blame: "miner",
    title: "Body too large",
    detail: (p) => `A body may hold ${p.limit_bytes} bytes.`,
  },
  headers_too_large: {
    status: 431,
    blame: "miner",
    title: "Headers too large",
    detail: (p) => `Request line and headers may hold ${p.limit_bytes} bytes in ${p.limit_fields} fields.`,
  },
  request_timeout: {
    status: 408,
    blame: "miner",
    title: "Request not completed in time",
    detail: (p) => `Headers and body must be complete within ${p.limit_ms} ms.`,
  },
  header_missing: {
    status: 401,
    blame: "miner",
    title: "Header missing",
    detail: (p) => `The header ${p.header} is missing; requests are signed as Epistula version 2.`,
  },
  header_malformed: {
    status: 401,
    blame: "miner",
    title: "Header malformed",
    detail: (p) => `The header ${p.header} must be ${p.expected}.`,
  },
  timestamp_stale: {
    status: 401,
    blame: "miner",
    title: "Timestamp too old",
    detail: (p) =>
      `Epistula-Timestamp is ${p.age_ms} ms old, ${p.window_ms} ms are allowed; sign again and check the clock.`,
  },
  timestamp_ahead: {
    status: 401,
    blame: "miner",
    title: "Timestamp in the future",
    detail: (p) =>
      `Epistula-Timestamp is ${p.ahead_ms} ms ahead, ${p.window_ms} ms are allowed; check the clock.`,
  },
  wrong_validator: {
    status: 401,
    blame: "miner",
    title: "Signed for another validator",
    detail: (p) => `Epistula-Signed-For is ${p.signed_for}; this validator is ${p.validator}.`,
  },
  bad_signature: {
    status: 401,
    blame: "miner",
    title: "Signature does not verify",
    detail: () => "The signature is not the hotkey's over {sha256hex(body)}.{uuid}.{timestamp}.{signed_for}.",
  },
  session_unknown: {
    status: 401,
    blame: "miner",
    title: "Session unknown or expired",
    detail: () => "Open a session again with POST /v1/sessions, signed with the hotkey.",
  },
  not_registered: {
    status: 403,
    blame: "miner",
    title: "Hotkey not registered",
    detail: (p) => `${p.hotkey} is not among the miners that the chain knows.`,
  },
  suspended: {
    status: 403,
    blame: "miner",
    title: "Hotkey suspended",
    detail: (p) =>
      `${p.hotkey} is suspended until block ${p.until_block}; see /v1/miners/${p.hotkey}/strikes for the evidence.`,
  },
  unauthorized: {
    status: 401,
    blame: "operator",
    title: "Operator token missing or wrong",
    detail: () => "Send Authorization: Bearer TOKEN with the token of admin.token_file.",
  },
} satisfies Partial<ProblemRows<ProblemCode>>;
