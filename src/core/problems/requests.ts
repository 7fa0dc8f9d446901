import type { ProblemCode, ProblemRows } from "./problem.ts";

/** Refusals of the request itself: framing, body, headers, sender. */
export const requestProblems = {
  other_role: {
    status: 421,
    blame: "operator",
    title: "Another process serves this",
    detail: (p) =>
      `This process does not have the role "${p.role}"; the address of the validator must lead to one that has.`,
  },
  route_not_found: {
    status: 404,
    blame: "miner",
    title: "No such route",
    detail: (p) => `Nothing is served at ${p.path}; GET /openapi.json lists the routes.`,
  },
  asset_not_found: {
    status: 404,
    blame: "none",
    title: "No such file of the dashboard",
    detail: (p) =>
      `The dashboard has no file ${p.name}: it is of another version than the page that asks. Load the page again.`,
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
  unsupported_content_encoding: {
    status: 415,
    blame: "miner",
    title: "Unsupported content encoding",
    detail: (p) => `Content-Encoding is "${p.encoding}"; send the body as it is, without the header.`,
  },
  unsupported_transfer_coding: {
    status: 501,
    blame: "miner",
    title: "Unsupported transfer coding",
    detail: (p) => `Transfer-Encoding names "${p.coding}"; only chunked is read here.`,
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
    detail: (p) => `The JSON is nested deeper than the limit of ${p.limit} levels; send a flatter body.`,
  },
  too_many_members: {
    status: 400,
    blame: "miner",
    title: "Too many members in the JSON",
    detail: (p) =>
      `The JSON has more than the limit of ${p.limit} members; send only those that the route describes.`,
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
    detail: (p) => `The body is larger than the limit of ${p.limit_bytes} bytes; send a smaller one.`,
  },
  headers_too_large: {
    status: 431,
    blame: "miner",
    title: "Headers too large",
    detail: (p) =>
      `The request line and headers exceed the limit of ${p.limit_bytes} bytes or ${p.limit_fields} fields; send fewer.`,
  },
  request_timeout: {
    status: 408,
    blame: "miner",
    title: "Request not completed in time",
    detail: (p) => `The headers and body did not arrive within ${p.limit_ms} ms; send the request again.`,
  },
  header_missing: {
    status: 401,
    blame: "miner",
    title: "Header missing",
    detail: (p) => `The header ${p.header} is missing; sign the request as Epistula version 2 describes.`,
  },
  header_malformed: {
    status: 401,
    blame: "miner",
    title: "Header malformed",
    detail: (p) => `The header ${p.header} has the wrong form; it must be ${p.expected}.`,
  },
  timestamp_stale: {
    status: 401,
    blame: "miner",
    title: "Timestamp too old",
    detail: (p) =>
      `Epistula-Timestamp is ${p.age_ms} ms old; at most ${p.window_ms} ms are allowed. Check the clock and sign the request again.`,
  },
  timestamp_ahead: {
    status: 401,
    blame: "miner",
    title: "Timestamp in the future",
    detail: (p) =>
      `Epistula-Timestamp is ${p.ahead_ms} ms in the future; at most ${p.window_ms} ms are allowed. Check the clock and sign the request again.`,
  },
  wrong_validator: {
    status: 401,
    blame: "miner",
    title: "Signed for another validator",
    detail: (p) =>
      `The request is signed for ${p.signed_for}, but this validator is ${p.validator}; sign it for this one.`,
  },
  bad_signature: {
    status: 401,
    blame: "miner",
    title: "Signature does not verify",
    detail: () =>
      "The signature is not by this hotkey over {sha256hex(body)}.{uuid}.{timestamp}.{signed_for}, with {METHOD} {path?query}. before it in a session that binds requests; check the key and the signed text.",
  },
  session_unknown: {
    status: 401,
    blame: "miner",
    title: "Session unknown or expired",
    detail: () =>
      "The session has expired or was never opened here; open one with POST /v1/sessions, signed with the hotkey.",
  },
  signature_used: {
    status: 401,
    blame: "miner",
    title: "Signature already used",
    detail: (p) =>
      `Epistula-Uuid ${p.uuid} was already used by this hotkey for another request, a stream or a session; sign every request with a fresh uuid.`,
  },
  not_registered: {
    status: 403,
    blame: "miner",
    title: "Hotkey not registered",
    detail: (p) =>
      `${p.hotkey} is not registered on this chain; register it, or sign with a registered hotkey.`,
  },
  suspended: {
    status: 403,
    blame: "miner",
    title: "Hotkey suspended",
    detail: (p) =>
      `${p.hotkey} is suspended until block ${p.until_block}; wait until then. /v1/miners/${p.hotkey}/strikes has the evidence.`,
  },
  unauthorized: {
    status: 401,
    blame: "operator",
    title: "Token missing or wrong",
    detail: () =>
      "The token is missing, wrong or revoked, or not for this route; send Authorization: Bearer TOKEN with the operator's token from admin.token_file. Jobs also take a customer's token, which `assay token create` makes.",
  },
  cross_origin: {
    status: 403,
    blame: "operator",
    title: "Not a request of the dashboard",
    detail: () =>
      "With the session of the dashboard's log-in, only its own page may change something: the request needs the header Assay-Requested-With: dashboard and must come from the same origin. Use the page at its own address, or send Authorization: Bearer TOKEN.",
  },
} satisfies Partial<ProblemRows<ProblemCode>>;
