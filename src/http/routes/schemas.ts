import { type TProperties, Type } from "typebox";
import type { Hotkey } from "../../core/ids.ts";
import { parseHotkey } from "../../core/ss58.ts";
import { LOG_HEADS_MAX } from "../../flow/draw.ts";
import { economics } from "./economicsSchema.ts";

const strict = { additionalProperties: false } as const;
export const object = <P extends TProperties>(properties: P, description?: string) =>
  Type.Object(properties, description === undefined ? strict : { ...strict, description });

export const millis = Type.Integer({ minimum: 0, description: "Unix time in milliseconds" });
export const block = Type.Integer({ minimum: 0, description: "Chain height" });
const share = Type.Number({ minimum: 0, maximum: 1 });
export const count = Type.Integer({ minimum: 0 });
export const words = <const W extends string[]>(...values: W) => Type.Enum(values);
export const orNull = <P extends TProperties[string]>(schema: P) => Type.Union([schema, Type.Null()]);
const ed25519 = Type.String({
  description: "Ed25519 over the RFC 8785 canonical JSON of the rest, base64url",
});

export const hotkeyText = {
  type: "string",
  pattern: "^[1-9A-HJ-NP-Za-km-z]{46,50}$",
  description: "An sr25519 public key in ss58 text, prefix 42",
};
/** Texts that may be hotkeys; the cursor of a page need not be one. */
export const hotkeyShape = Type.String(hotkeyText);
export const notHotkey = "must be a hotkey: an ss58 address with prefix 42, such as 5Grw...";
export const hotkey = Type.Refine(
  Type.Unsafe<Hotkey>(hotkeyText),
  (text) => parseHotkey(text) !== null,
  () => notHotkey,
);
const hex64 = Type.String({ pattern: "^[0-9a-f]{64}$" });

/** A seq, an offset, or a tier: an integer of 4 bytes. */
export const u32Integer = Type.Integer({ minimum: 0, maximum: 4_294_967_295 });
/** A tier beside an id, which has one of its own: clients that keep both may send both. */
export const repeatedTier = Type.Integer({
  minimum: 0,
  maximum: 0xffff_ffff,
  description: "The tier of the id; the id itself decides",
});
export const epochInteger = Type.Integer({ minimum: 0, maximum: 999_999_999_999_999 });

export const liveness = object({ status: Type.Literal("ok") });

const check = object({ name: Type.String(), ok: Type.Boolean(), detail: Type.Optional(Type.String()) });
export const readiness = object({ ready: Type.Boolean(), checks: Type.Array(check) });

const tier = object({
  tier: count,
  allotment: count,
  weight: Type.Number(),
  n_vars: count,
  n_clauses: count,
});
const lane = object({
  name: Type.String(),
  mode: words("pull", "push"),
  rate: Type.String({ description: "Share of the work that is verified, as configured" }),
  penalty: words("reject", "strike"),
  share,
  tiers: Type.Array(tier),
  kinds: Type.Array(Type.String(), { description: "Kinds of work of a push lane, such as circuits" }),
});
const counted = (description: string) => Type.Integer({ minimum: 0, description });
const dispatch = object({
  miners: counted("Miners that can receive jobs"),
  streams: counted("How many of them have a stream open"),
  in_flight: counted("Jobs in flight at all miners together"),
  ceiling: orNull(counted("The bound in force, whether configured or set by memory pressure")),
});
const classes = object({ customer: Type.String(), cold_start: Type.String(), struck: Type.String() });
const judge = object(
  { strikes: count, window_blocks: count, suspension_tempos: count, cold_start_blocks: count },
  "When a strike suspends, for how long, and for how long a new hotkey weighs nothing",
);
export const status = object({
  version: Type.String(),
  network: Type.String(),
  netuid: count,
  validator: Type.String({ description: "Hotkey of this validator" }),
  block: orNull(block),
  tempo: Type.Integer({ description: "Blocks" }),
  epoch: count,
  epoch_hours: Type.Number(),
  block_ms: Type.Number({ description: "Time per block in ms" }),
  lanes: Type.Array(lane),
  dispatch: orNull(dispatch),
  judge,
  economics: orNull(economics),
  gate: object({ slots: count, used: count, waiting: count }),
  sampling: object({ floor: Type.String(), classes }),
});

const jwk = object({
  kty: Type.Literal("OKP"),
  crv: Type.Literal("Ed25519"),
  x: Type.String(),
  kid: Type.String({ description: "RFC 7638 thumbprint" }),
  use: Type.Literal("sig"),
  alg: Type.Literal("EdDSA"),
  assay_from: Type.Optional(
    Type.Integer({ minimum: 0, description: "When the key was made, Unix ms; absent where unknown" }),
  ),
  assay_until: Type.Optional(
    Type.Integer({ minimum: 0, description: "When the key was retired, Unix ms; absent while it signs" }),
  ),
});
export const keys = object({ keys: Type.Array(jwk) });

const challengeItem = object({
  challenge_id: Type.String(),
  seq: count,
  n_vars: count,
  n_clauses: count,
  weight: Type.Number(),
});
export const challengePage = object({
  epoch: count,
  lane: Type.String(),
  tier: count,
  items: Type.Array(challengeItem),
  next_offset: orNull(count),
});

export const session = object({
  session_id: Type.String(),
  hotkey: Type.String(),
  expires_at: millis,
  binds: Type.Optional(
    Type.Literal("request", { description: "Method, path and query are part of what the session signs" }),
  ),
});

const outcome = words("valid", "invalid", "error");
export const receipt = object({
  receipt_id: Type.String(),
  state: words("pending", "verifying", "accepted", "rejected", "void"),
  challenge_id: Type.String(),
  hotkey: Type.String(),
  lane: Type.String(),
  tier: count,
  received_at: millis,
  answer_sha256: hex64,
  verdict: Type.Optional(object({ outcome, code: Type.Optional(Type.String()) })),
  weight: Type.Optional(Type.Number()),
  signature: ed25519,
});

const counts = object({ submitted: count, accepted: count, rejected: count, void: count });
export const miner = object({
  hotkey: Type.String(),
  standing: words("active", "cold_start", "suspended"),
  first_seen_block: block,
  last_seen_block: block,
  until_block: orNull(block),
  strikes: count,
  counts,
});
export const minerPage = object({ items: Type.Array(miner), next_after: orNull(Type.String()) });

const draw = object({
  epoch: count,
  lane: Type.String(),
  hotkey: Type.String(),
  work_id: Type.String(),
  class: words("lane", "customer", "cold_start", "struck"),
  rate: Type.String(),
  x: Type.String({ pattern: "^[0-9a-f]{16}$" }),
  sampled: Type.Boolean(),
});
export const jobInput = Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())]));
const exhibit = object(
  { kind: Type.String(), input: jobInput, answer: Type.String() },
  "Only for a job: its input and the answer, so that anyone can check it again",
);
const evidence = object({
  work_id: Type.String(),
  receipt_id: orNull(Type.String({ description: "Null for a job" })),
  answer_sha256: hex64,
  draw,
  verdict: object({ outcome: Type.Literal("invalid"), code: Type.String() }),
  checker: Type.String(),
  rule: Type.String(),
  exhibit: Type.Optional(exhibit),
  exhibit_dropped: Type.Optional(
    object(
      {
        why: Type.Union([Type.Literal("budget"), Type.Literal("expired")]),
        bytes: Type.Integer({ minimum: 0, description: "Of the canonical JSON of the exhibit" }),
        sha256: hex64,
      },
      "In place of an exhibit that is no longer kept, or that exceeded the day's budget",
    ),
  ),
});
const strike = object({
  strike_id: Type.String(),
  lane: Type.String(),
  block,
  at: millis,
  counted: Type.Boolean(),
  suspended_until: orNull(block),
  evidence,
});
export const strikeList = object({ hotkey: Type.String(), items: Type.Array(strike) });

const weightRow = object({
  hotkey: orNull(Type.String()),
  uid: orNull(count),
  weight: share,
  u16: Type.Integer({ minimum: 0, maximum: 65_535 }),
});
export const vector = object({
  version: Type.Literal(1),
  network: Type.String(),
  netuid: count,
  validator: Type.String(),
  period: Type.Optional(
    Type.Integer({ minimum: 0, description: "The weighing period; absent in vectors of earlier versions" }),
  ),
  epoch: Type.Integer({
    minimum: 0,
    description: "The weighing period under its former name; the next version removes it",
  }),
  block,
  issued_at: millis,
  expires_at: millis,
  policy_hash: Type.String(),
  key_id: Type.String(),
  weights: Type.Array(weightRow),
  signature: ed25519,
});

const logHead = object(
  { epoch: count, log_head: hex64, signed_at: millis, key_id: Type.String(), signature: ed25519 },
  "The end of the epoch's log at this time; the log of the closed epoch has a line with this hash",
);
export const epochRecord = object({
  epoch: count,
  commitment: hex64,
  policy: object({ lanes: Type.Record(Type.String(), Type.String()), classes, floor: Type.String() }),
  committed_at: millis,
  signature: Type.String({
    description:
      "Ed25519 over the RFC 8785 canonical JSON of epoch, commitment, policy, committed_at and key_id, base64url",
  }),
  key_id: Type.String(),
  closed_at: orNull(millis),
  revealed_key: orNull(hex64),
  log_head: Type.String({
    pattern: "^[0-9a-f]{64}$",
    description:
      "While the epoch is open, the last of `heads` or else the commitment; then the end of its log",
  }),
  log_length: Type.Integer({
    minimum: 0,
    description: "Number of lines in the log; 0 while the epoch is open",
  }),
  state: words("open", "closed"),
  records_lost_since: Type.Optional(
    Type.Number({
      description:
        "The validator was put back from a backup of this time (Unix ms): lines of the log that were recorded later are missing",
    }),
  ),
  heads: Type.Array(logHead, {
    maxItems: LOG_HEADS_MAX,
    description: "Oldest first; the last one of a closed epoch is its final head",
  }),
});

const closedEpochItem = object({ epoch: count, closed_at: millis, log_head: hex64 });
export const closedEpochPage = object({ items: Type.Array(closedEpochItem), next_before: orNull(count) });

export const skiplistItem = object({
  hotkey: Type.String(),
  kind: words("strike", "unreachable", "operator"),
  until_block: block,
  reason: Type.String(),
  by: Type.String(),
  at: millis,
});
export const skiplist = object({ items: Type.Array(skiplistItem) });
export const clockState = object({
  trusted: Type.Boolean(),
  now_ms: Type.Integer(),
  ahead_ms: Type.Integer(),
});
export const released = object({ hotkey: Type.String(), released: count });
