/** Whose fault a refusal or failure is. Only a verdict `invalid` with blame `miner` can ever strike. */
export type Blame = "miner" | "operator" | "validator" | "none";

/** Why a 429 or 503 asks to come back later. */
export type RetryReason = "saturation" | "abuse" | "backpressure" | "outage";

/** One thing that must work before requests should come here. */
export interface ReadyCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail?: string;
}

/** Every refusal and failure that Assay states, as `{code, ...data}`. */
export type Problem =
  // Requests.
  | { code: "route_not_found"; path: string }
  | { code: "method_not_allowed"; method: string; allow: string }
  | { code: "unsupported_media_type"; content_type: string }
  | { code: "malformed_request" }
  | { code: "malformed_json" }
  | { code: "json_too_deep"; limit: number }
  | { code: "invalid_request"; field: string; expected: string }
  | { code: "body_too_large"; limit_bytes: number }
  | { code: "headers_too_large"; limit_bytes: number; limit_fields: number }
  | { code: "request_timeout"; limit_ms: number }
  | { code: "header_missing"; header: string }
  | { code: "header_malformed"; header: string; expected: string }
  | { code: "timestamp_stale"; age_ms: number; window_ms: number }
  | { code: "timestamp_ahead"; ahead_ms: number; window_ms: number }
  | { code: "wrong_validator"; signed_for: string; validator: string }
  | { code: "bad_signature" }
  | { code: "session_unknown" }
  | { code: "not_registered"; hotkey: string }
  | { code: "suspended"; hotkey: string; until_block: number }
  | { code: "unauthorized" }
  // Challenges and submissions.
  | { code: "malformed_challenge_id" }
  | { code: "epoch_expired"; epoch: number; current: number }
  | { code: "not_your_challenge" }
  | { code: "already_solved"; challenge_id: string }
  | { code: "already_answered"; challenge_id: string }
  | { code: "attempts_exhausted"; challenge_id: string; max_attempts: number }
  // Bounds.
  | { code: "ip_rate_limited"; retry_after_s: number }
  | { code: "rate_limited"; retry_after_s: number }
  | { code: "busy"; retry_after_s: number }
  | { code: "verify_backlog"; retry_after_s: number }
  | { code: "store_unavailable"; retry_after_s: number }
  | { code: "chain_unavailable"; retry_after_s: number }
  | { code: "shutting_down"; retry_after_s: number }
  | { code: "not_ready"; ready: false; checks: readonly ReadyCheck[]; retry_after_s: number }
  // Look-ups.
  | { code: "lane_not_found"; lane: string }
  | { code: "tier_not_found"; tier: number }
  | { code: "receipt_not_found" }
  | { code: "miner_not_found"; hotkey: string }
  | { code: "weights_not_found"; epoch: number | null }
  | { code: "epoch_not_found"; epoch: number }
  | { code: "epoch_open"; epoch: number }
  | { code: "suspension_not_found"; hotkey: string }
  | { code: "internal" }
  // Starting and running: no HTTP status, the process says them and exits 1.
  | { code: "config_unreadable"; file: string; cause_text: string }
  | { code: "config_invalid"; file: string; faults: readonly string[] }
  | { code: "secret_missing"; file: string }
  | { code: "secret_too_short"; file: string; bytes: number }
  | { code: "file_unreadable"; file: string; cause_text: string }
  | { code: "key_malformed"; file: string; cause_text: string }
  | { code: "key_encrypted"; file: string }
  | { code: "development_key"; uri: string; chain: string }
  | { code: "store_corrupt"; file: string; cause_text: string }
  | { code: "store_too_new"; file: string; version: number; known: number }
  | { code: "store_in_use"; file: string }
  | { code: "store_not_durable"; file: string; found: string }
  | { code: "rate_below_floor"; lane: string; rate: string; floor: string }
  | { code: "commitment_unmatched"; epoch: number }
  | { code: "address_in_use"; host: string; port: number }
  | { code: "unreachable"; url: string; cause_text: string }
  | { code: "usage"; message: string }
  | { code: "failed"; message: string };

export type ProblemCode = Problem["code"];
type DataOf<C extends ProblemCode> = Extract<Problem, { code: C }>;

export interface ProblemKind<P> {
  /** HTTP status, or null for what never reaches a client. */
  readonly status: number | null;
  readonly blame: Blame;
  readonly title: string;
  /** Names the cause and the mend. */
  readonly detail: (data: P) => string;
  /** Present iff the answer carries `Retry-After`. */
  readonly retry?: RetryReason;
}

type ProblemTable = { readonly [C in ProblemCode]: ProblemKind<DataOf<C>> };

/** One row a code; docs/errors.md and the OpenAPI document are bound to it by test/unit/errors.test.ts. */
export const problemTable: ProblemTable = {
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
  malformed_challenge_id: {
    status: 400,
    blame: "miner",
    title: "Malformed challenge id",
    detail: () => "A challenge id is pm-t{tier}-e{epoch}-{24 lower-case hex digits}.",
  },
  epoch_expired: {
    status: 410,
    blame: "miner",
    title: "Epoch not accepted",
    detail: (p) =>
      `The challenge is of epoch ${p.epoch}; ${p.current} and ${p.current - 1} are accepted. Fetch new challenges.`,
  },
  not_your_challenge: {
    status: 404,
    blame: "miner",
    title: "Not a challenge of this hotkey",
    detail: () => "The id was not issued to this hotkey; list your own with GET /v1/challenges.",
  },
  already_solved: {
    status: 409,
    blame: "miner",
    title: "Challenge already solved",
    detail: (p) => `Another answer to ${p.challenge_id} was accepted; take the next challenge.`,
  },
  already_answered: {
    status: 409,
    blame: "miner",
    title: "Challenge already answered",
    detail: (p) => `This lane takes one answer a challenge, and ${p.challenge_id} has one.`,
  },
  attempts_exhausted: {
    status: 409,
    blame: "miner",
    title: "No attempts left",
    detail: (p) => `${p.challenge_id} has had its ${p.max_attempts} attempts; take the next challenge.`,
  },
  ip_rate_limited: {
    status: 429,
    blame: "miner",
    title: "Too many requests from this address",
    detail: (p) => `This address sends faster than it may; wait ${p.retry_after_s} s.`,
    retry: "abuse",
  },
  rate_limited: {
    status: 429,
    blame: "miner",
    title: "Too many requests from this hotkey",
    detail: (p) => `This hotkey sends faster than it may; wait ${p.retry_after_s} s.`,
    retry: "abuse",
  },
  busy: {
    status: 429,
    blame: "validator",
    title: "Gate full",
    detail: (p) => `Every slot is taken; come back in ${p.retry_after_s} s.`,
    retry: "saturation",
  },
  verify_backlog: {
    status: 503,
    blame: "validator",
    title: "Verification behind",
    detail: (p) => `Answers wait for verification at their bound; come back in ${p.retry_after_s} s.`,
    retry: "backpressure",
  },
  store_unavailable: {
    status: 503,
    blame: "validator",
    title: "Store unavailable",
    detail: (p) => `Nothing was recorded; send the same request again in ${p.retry_after_s} s.`,
    retry: "outage",
  },
  chain_unavailable: {
    status: 503,
    blame: "validator",
    title: "Chain height unknown",
    detail: (p) => `Nothing is judged until the chain answers; come back in ${p.retry_after_s} s.`,
    retry: "outage",
  },
  shutting_down: {
    status: 503,
    blame: "validator",
    title: "Shutting down",
    detail: (p) => `The validator is stopping; come back in ${p.retry_after_s} s.`,
    retry: "outage",
  },
  not_ready: {
    status: 503,
    blame: "validator",
    title: "Not ready",
    detail: (p) => `Not working: ${p.checks.flatMap((check) => (check.ok ? [] : [check.name])).join(", ")}.`,
    retry: "outage",
  },
  lane_not_found: {
    status: 404,
    blame: "miner",
    title: "No such lane",
    detail: (p) => `There is no pull lane "${p.lane}"; GET /v1/status lists the lanes.`,
  },
  tier_not_found: {
    status: 404,
    blame: "miner",
    title: "No such tier",
    detail: (p) => `The lane has no tier ${p.tier}; GET /v1/status lists the tiers.`,
  },
  receipt_not_found: {
    status: 404,
    blame: "miner",
    title: "No such receipt",
    detail: () => "This hotkey has no receipt of that id.",
  },
  miner_not_found: {
    status: 404,
    blame: "miner",
    title: "Miner not known",
    detail: (p) => `${p.hotkey} has not been seen here.`,
  },
  weights_not_found: {
    status: 404,
    blame: "none",
    title: "No such weights",
    detail: (p) => (p.epoch === null ? "No vector was signed yet." : `No vector was signed for ${p.epoch}.`),
  },
  epoch_not_found: {
    status: 404,
    blame: "none",
    title: "No such epoch",
    detail: (p) => `No sampling commitment was made for epoch ${p.epoch}.`,
  },
  epoch_open: {
    status: 409,
    blame: "none",
    title: "Epoch still open",
    detail: (p) => `Epoch ${p.epoch} is not closed; its log is served once its key is revealed.`,
  },
  suspension_not_found: {
    status: 404,
    blame: "operator",
    title: "Not suspended",
    detail: (p) => `${p.hotkey} is not on the skiplist.`,
  },
  internal: {
    status: 500,
    blame: "validator",
    title: "Internal error",
    detail: () => "The validator failed; the log has the cause. Send the same request again later.",
  },
  config_unreadable: {
    status: null,
    blame: "operator",
    title: "Configuration unreadable",
    detail: (p) => `${p.file}: ${p.cause_text}`,
  },
  config_invalid: {
    status: null,
    blame: "operator",
    title: "Configuration invalid",
    detail: (p) => `${p.file}:\n${p.faults.map((fault) => `  - ${fault}`).join("\n")}`,
  },
  secret_missing: {
    status: null,
    blame: "operator",
    title: "Challenge secret missing",
    detail: (p) =>
      `${p.file} does not exist; run \`assay init\`, or restore the file that this deployment used.`,
  },
  secret_too_short: {
    status: null,
    blame: "operator",
    title: "Challenge secret too short",
    detail: (p) =>
      `${p.file} holds ${p.bytes} bytes; at least 32 are needed. Make one with \`assay keygen --secret\`.`,
  },
  file_unreadable: {
    status: null,
    blame: "operator",
    title: "File unreadable",
    detail: (p) => `${p.file}: ${p.cause_text}. Restore it or fix its permissions.`,
  },
  key_malformed: {
    status: null,
    blame: "operator",
    title: "Key file malformed",
    detail: (p) => `${p.file}: ${p.cause_text}. Restore the file, or make a new one with \`assay keygen\`.`,
  },
  key_encrypted: {
    status: null,
    blame: "operator",
    title: "Key file encrypted",
    detail: (p) => `${p.file} is encrypted; give the unencrypted hotkey file.`,
  },
  development_key: {
    status: null,
    blame: "operator",
    title: "Development key on a real chain",
    detail: (p) => `${p.uri} is public knowledge and not allowed on chain "${p.chain}"; use a key file.`,
  },
  store_corrupt: {
    status: null,
    blame: "operator",
    title: "Store corrupt",
    detail: (p) =>
      `${p.file}: ${p.cause_text}. Nothing was changed. Restore a backup; starting empty would lift every suspension.`,
  },
  store_too_new: {
    status: null,
    blame: "operator",
    title: "Store from a newer version",
    detail: (p) => `${p.file} has schema ${p.version}, this version knows ${p.known}; run the newer assay.`,
  },
  store_in_use: {
    status: null,
    blame: "operator",
    title: "Store in use",
    detail: (p) => `${p.file} is open in another process; stop it, or use another --data directory.`,
  },
  store_not_durable: {
    status: null,
    blame: "operator",
    title: "Store not durable",
    detail: (p) => `${p.file}: ${p.found}; receipts promise durability, so this is refused.`,
  },
  rate_below_floor: {
    status: null,
    blame: "operator",
    title: "Sample rate below the floor",
    detail: (p) => `lanes.${p.lane}.rate is ${p.rate}, sample.floor is ${p.floor}; raise the rate.`,
  },
  commitment_unmatched: {
    status: null,
    blame: "operator",
    title: "Sampling commitment does not match the secret",
    detail: (p) =>
      `The commitment of epoch ${p.epoch} was made with another secret; ` +
      "name that one in challenge.secret_file_previous until the epoch closed.",
  },
  address_in_use: {
    status: null,
    blame: "operator",
    title: "Address in use",
    detail: (p) => `${p.host}:${p.port} cannot be opened; choose another --port (0 picks a free one).`,
  },
  unreachable: {
    status: null,
    blame: "none",
    title: "Validator unreachable",
    detail: (p) => `${p.url}: ${p.cause_text}. Is \`assay up\` running there?`,
  },
  usage: { status: null, blame: "operator", title: "Usage", detail: (p) => p.message },
  failed: { status: null, blame: "none", title: "Failed", detail: (p) => p.message },
};
