/** Whose fault a refusal or failure is. Only a verdict `invalid` with blame `miner` can lead to a strike. */
export type Blame = "miner" | "operator" | "validator" | "none";

/** Why a 429 or 503 asks to come back later. */
export type RetryReason = "saturation" | "abuse" | "backpressure" | "outage";

/** One check that must pass before requests should be sent here. */
export interface ReadyCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail?: string;
}

/** What a store remembers, and what it was started with. */
export interface IdentityChange {
  readonly what: string;
  readonly pinned: string;
  readonly present: string;
}

/** Every refusal and failure of Assay, as `{code, ...data}`. */
export type Problem =
  // Requests.
  | { code: "route_not_found"; path: string }
  | { code: "asset_not_found"; name: string }
  | { code: "method_not_allowed"; method: string; allow: string }
  | { code: "unsupported_media_type"; content_type: string }
  | { code: "unsupported_content_encoding"; encoding: string }
  | { code: "unsupported_transfer_coding"; coding: string }
  | { code: "malformed_request" }
  | { code: "malformed_json" }
  | { code: "json_too_deep"; limit: number }
  | { code: "too_many_members"; limit: number }
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
  | { code: "signature_used"; uuid: string }
  | { code: "not_registered"; hotkey: string }
  | { code: "suspended"; hotkey: string; until_block: number }
  | { code: "unauthorized" }
  | { code: "cross_origin" }
  // Challenges and submissions.
  | { code: "malformed_challenge_id" }
  | { code: "epoch_expired"; epoch: number; current: number }
  | { code: "not_your_challenge" }
  | { code: "answer_too_large"; limit_bytes: number }
  | { code: "already_solved"; challenge_id: string }
  | { code: "already_answered"; challenge_id: string }
  | { code: "attempts_exhausted"; challenge_id: string; max_attempts: number }
  | { code: "job_conflict"; client_key: string }
  | { code: "job_ended"; job_id: string; state: string }
  | { code: "upgrade_required"; protocol: string }
  // Bounds.
  | { code: "job_queue_full"; limit: number; retry_after_s: number }
  | { code: "too_many_streams"; limit: number; retry_after_s: number }
  | { code: "too_many_event_streams"; limit: number; retry_after_s: number }
  | { code: "too_many_connections"; limit: number; retry_after_s: number }
  | { code: "ip_rate_limited"; retry_after_s: number }
  | { code: "rate_limited"; retry_after_s: number }
  | { code: "too_many_signatures"; retry_after_s: number }
  | { code: "too_many_new_hotkeys"; retry_after_s: number }
  | { code: "customer_rate_limited"; retry_after_s: number }
  | { code: "token_limit"; limit: number }
  | { code: "busy"; retry_after_s: number }
  | { code: "verify_backlog"; retry_after_s: number }
  | { code: "store_unavailable"; retry_after_s: number }
  | { code: "chain_unavailable"; retry_after_s: number; cause_text?: string }
  | { code: "clock_doubted"; ahead_ms: number; retry_after_s: number }
  | { code: "shutting_down"; retry_after_s: number }
  | { code: "storage_full"; retry_after_s: number }
  | { code: "draining"; retry_after_s: number }
  | { code: "not_ready"; ready: false; checks: readonly ReadyCheck[]; retry_after_s: number }
  // Look-ups.
  | { code: "lane_not_found"; lane: string }
  | { code: "tier_not_found"; tier: number }
  | { code: "lane_kind_not_found"; lane: string; kind: string; kinds: readonly string[] }
  | { code: "push_lane_off" }
  | { code: "job_not_found"; job_id: string }
  | { code: "token_not_found"; token_id: string }
  | { code: "receipt_not_found" }
  | { code: "miner_not_found"; hotkey: string }
  | { code: "weights_not_found"; epoch: number | null }
  | { code: "epoch_not_found"; epoch: number }
  | { code: "epoch_open"; epoch: number }
  | { code: "suspension_not_found"; hotkey: string }
  | { code: "node_not_found"; node: string }
  | { code: "other_role"; role: string }
  | { code: "roles_need_postgres"; roles: string }
  | { code: "chain_local"; asked: string }
  | { code: "internal" }
  // Starting and running: no HTTP status; the process prints them and exits 1.
  | { code: "config_unreadable"; file: string; cause_text: string }
  | { code: "config_invalid"; file: string; faults: readonly string[] }
  | { code: "secret_missing"; file: string }
  | { code: "secret_too_short"; file: string; bytes: number }
  | { code: "file_unreadable"; file: string; cause_text: string; remedy?: string }
  | { code: "key_malformed"; file: string; cause_text: string; remedy?: string }
  | { code: "key_retired"; file: string; key_id: string; list: string }
  | { code: "period_signed"; period: number; mark: number; file: string }
  | { code: "key_encrypted"; file: string }
  | { code: "development_key"; uri: string; chain: string }
  | { code: "store_corrupt"; file: string; cause_text: string; lost?: string }
  | { code: "store_full"; file: string; cause_text: string }
  | { code: "store_lost"; file: string; cause_text: string }
  | { code: "store_too_new"; file: string; version: number; known: number }
  | { code: "store_in_use"; file: string }
  | { code: "store_foreign"; file: string }
  | { code: "store_unreachable"; file: string; cause_text: string }
  | { code: "store_url_invalid"; fault: string }
  | { code: "store_copying"; file: string }
  | { code: "store_copy_refused"; file: string; why: string; remedy: string }
  | { code: "store_not_durable"; file: string; found: string }
  | { code: "fenced_off"; lease: string; token: number }
  | { code: "identity_changed"; file: string; changes: readonly IdentityChange[] }
  | { code: "key_missing"; file: string; store: string; kind: "hotkey" | "publishing" }
  | { code: "circuit_invalid"; circuit: string; file: string; cause_text: string }
  | { code: "rate_below_floor"; lane: string; rate: string; floor: string }
  | { code: "commitment_unmatched"; epoch: number }
  | { code: "address_in_use"; host: string; port: number }
  | { code: "address_unusable"; host: string; port: number; cause_text: string }
  | { code: "timelock_unreadable"; cause_text: string }
  | { code: "timelock_too_long"; bytes: number; limit_bytes: number }
  | { code: "no_epochs" }
  | { code: "unreachable"; url: string; cause_text: string }
  | { code: "chain_entry_missing"; entry: string; cause_text: string }
  | { code: "endpoints_disagree"; block: number; hashes: readonly string[] }
  | { code: "usage"; message: string }
  | { code: "failed"; message: string };

export type ProblemCode = Problem["code"];
type DataOf<C extends ProblemCode> = Extract<Problem, { code: C }>;

export interface ProblemKind<P> {
  /** HTTP status, or null for a problem that never reaches a client. */
  readonly status: number | null;
  readonly blame: Blame;
  readonly title: string;
  /** Says what happened, why, and what to do. */
  readonly detail: (data: P) => string;
  /** Present iff the answer carries `Retry-After`. */
  readonly retry?: RetryReason;
}

/** A complete row per code. */
export type ProblemRows<C extends ProblemCode> = { readonly [K in C]: ProblemKind<DataOf<K>> };
