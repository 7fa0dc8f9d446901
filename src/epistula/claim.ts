import type { Clock } from "../core/clock.ts";
import type { Hotkey } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import { decodeHotkey } from "../core/ss58.ts";
import type { Headers } from "../flow/caller.ts";
import type { Pool, TaskOfKind } from "../flow/pool.ts";
import { epistulaLimits } from "./limits.ts";
import { type BoundRequest, type SignedParts, signedMessage } from "./message.ts";
import type { Sessions } from "./sessions.ts";

export interface ClaimRules {
  /** The hotkey that a request must be signed for. */
  readonly validator: string;
  /** How old a timestamp may be, inclusive. */
  readonly pastMs: number;
  /** How far ahead of our clock it may be, inclusive. */
  readonly futureMs: number;
}

/** Who a request claims to be from; nothing is proven yet. */
export interface Claim extends SignedParts {
  readonly hotkey: Hotkey;
  /** The 32 bytes that the hotkey encodes. */
  readonly publicKey: Uint8Array;
  readonly timestampMs: number;
  /** 64 bytes. */
  readonly signature: Uint8Array;
  /** The session whose key signed, or null when the hotkey itself did. */
  readonly session: string | null;
}

interface Field {
  readonly header: string;
  readonly pattern: RegExp;
  readonly expected: string;
}

const fields = {
  version: { header: "Epistula-Version", pattern: /^2$/, expected: "2" },
  timestamp: {
    header: "Epistula-Timestamp",
    pattern: /^(?:0|[1-9]\d{0,14})$/,
    expected: "Unix time in whole milliseconds",
  },
  uuid: {
    header: "Epistula-Uuid",
    pattern: new RegExp(`^[0-9A-Za-z-]{1,${epistulaLimits.uuidLength.value}}$`),
    expected: `1 to ${epistulaLimits.uuidLength.value} letters, digits and hyphens`,
  },
  signedBy: {
    header: "Epistula-Signed-By",
    pattern: /^[1-9A-HJ-NP-Za-km-z]{46,50}$/,
    expected: "a hotkey in ss58 text with prefix 42",
  },
  signedFor: {
    header: "Epistula-Signed-For",
    pattern: /^[0-9A-Za-z]{1,64}$/,
    expected: "the hotkey of this validator",
  },
  signature: {
    header: "Epistula-Request-Signature",
    pattern: /^0x[0-9a-fA-F]{128}$/,
    expected: "0x and 128 hex digits",
  },
  session: {
    header: "Assay-Session",
    pattern: /^sn_[0-9a-f]{32}$/,
    expected: "a session_id that POST /v1/sessions returned",
  },
} as const satisfies Record<string, Field>;

function malformed(field: Field): AssayError {
  return new AssayError({ code: "header_malformed", header: field.header, expected: field.expected });
}

function optional(headers: Headers, field: Field): string | null {
  const value = headers[field.header.toLowerCase()];
  if (value === undefined) return null;
  if (typeof value !== "string" || !field.pattern.test(value)) throw malformed(field);
  return value;
}

function required(headers: Headers, field: Field): string {
  const value = optional(headers, field);
  if (value === null) throw new AssayError({ code: "header_missing", header: field.header });
  return value;
}

function checkWindow(timestampMs: number, rules: ClaimRules, nowMs: number): void {
  const age = nowMs - timestampMs;
  if (age > rules.pastMs) {
    throw new AssayError({ code: "timestamp_stale", age_ms: age, window_ms: rules.pastMs });
  }
  if (-age > rules.futureMs) {
    throw new AssayError({ code: "timestamp_ahead", ahead_ms: -age, window_ms: rules.futureMs });
  }
}

/**
 * Reads the Epistula version 2 headers. Throws `header_missing` or `header_malformed` naming the header,
 * `timestamp_stale`, `timestamp_ahead` or `wrong_validator`.
 */
export function readClaim(headers: Headers, rules: ClaimRules, nowMs: number): Claim {
  required(headers, fields.version);
  const timestamp = required(headers, fields.timestamp);
  const uuid = required(headers, fields.uuid);
  const hotkey = required(headers, fields.signedBy);
  const signedFor = required(headers, fields.signedFor);
  const signature = required(headers, fields.signature);
  const session = optional(headers, fields.session);
  const publicKey = decodeHotkey(hotkey);
  if (publicKey === null) throw malformed(fields.signedBy);
  checkWindow(Number(timestamp), rules, nowMs);
  if (signedFor !== rules.validator) {
    throw new AssayError({ code: "wrong_validator", signed_for: signedFor, validator: rules.validator });
  }
  return {
    hotkey: hotkey as Hotkey,
    publicKey,
    uuid,
    timestampMs: Number(timestamp),
    timestamp,
    signedFor,
    signature: Buffer.from(signature.slice(2), "hex"),
    session,
  };
}

/** Which keys may have signed: the hotkey alone, or its session key where the claim names a session. */
export type Signers = "hotkey" | "hotkey_or_session";

/** How a claim is to be verified. */
export interface Asked {
  readonly signers: Signers;
  /** The request answers a challenge of the hotkey, which only its miner knows: it goes before those that anybody can send. */
  readonly isRecognised: boolean;
}

/** What a signature is over, besides its headers. */
export interface SignedRequest extends BoundRequest {
  readonly rawBody: Uint8Array;
}

/** Verifies claims, in the worker pool: tasks of one turn of the event loop cross to it together, and so do their results. */
export class ClaimVerifier {
  readonly #modules: { clock: Clock; log: Log; pool: Pick<Pool, "run">; sessions: Sessions };

  constructor(modules: { clock: Clock; log: Log; pool: Pick<Pool, "run">; sessions: Sessions }) {
    this.#modules = modules;
  }

  /** Throws `session_unknown`, `bad_signature`, `busy` or `store_unavailable` where a session must be read, `internal` when the pool failed. */
  async require(claim: Claim, request: SignedRequest, { signers, isRecognised }: Asked): Promise<void> {
    const kind = isRecognised ? "signature" : "claim";
    const good =
      claim.session !== null && signers === "hotkey_or_session"
        ? await this.#bySession(kind, claim, claim.session, request)
        : await this.#verified({
            ...{ kind, scheme: "sr25519", publicKey: claim.publicKey, signature: claim.signature },
            message: signedMessage(request.rawBody, claim),
          });
    if (!good) throw new AssayError({ code: "bad_signature" });
  }

  async #bySession(
    kind: "signature" | "claim",
    claim: Claim,
    id: string,
    request: SignedRequest,
  ): Promise<boolean> {
    const { clock, sessions } = this.#modules;
    const session = await sessions.find(id, claim.hotkey, clock.nowMs());
    if (session === null) throw new AssayError({ code: "session_unknown" });
    const { publicKey, binds } = session;
    const message = signedMessage(request.rawBody, claim, binds ? request : null);
    return this.#verified({ kind, scheme: "ed25519", publicKey, message, signature: claim.signature });
  }

  async #verified(task: TaskOfKind<"signature"> | TaskOfKind<"claim">): Promise<boolean> {
    const { log, pool } = this.#modules;
    try {
      return await pool.run(task);
    } catch (thrown) {
      if (thrown instanceof AssayError) throw thrown;
      log.error("signature_unchecked", { cause: causeText(thrown) });
      throw new AssayError({ code: "internal" }, { cause: thrown });
    }
  }
}
