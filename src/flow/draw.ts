/** Why a rate applies; the highest of the rates that apply decides. */
export type DrawClass = "lane" | "customer" | "cold_start" | "struck";

/** The sampling decision for one work id. */
export interface Draw {
  readonly epoch: number;
  readonly lane: string;
  readonly hotkey: string;
  readonly work_id: string;
  readonly class: DrawClass;
  /** As the policy writes it, for example `20/500`. */
  readonly rate: string;
  /** The first 8 bytes of the draw's HMAC, 16 hex digits. */
  readonly x: string;
  readonly sampled: boolean;
}

/** What an epoch's commitment binds: lane rates, class rates, floor; all fractions as text. */
export interface SamplePolicy {
  readonly lanes: Readonly<Record<string, string>>;
  readonly classes: { readonly customer: string; readonly cold_start: string; readonly struck: string };
  readonly floor: string;
}

/** The sampling state of an epoch, as it is stored and published. */
export interface EpochRecord {
  readonly epoch: number;
  /** SHA-256("assay/v1/commit" | k | canonical policy), 64 hex digits. */
  readonly commitment: string;
  readonly policy: SamplePolicy;
  readonly committed_at: number;
  /** Ed25519 over the canonical {epoch, commitment, policy, committed_at, key_id}. */
  readonly signature: string;
  readonly key_id: string;
  readonly closed_at: number | null;
  /** k in hex once the epoch closed, else null. */
  readonly revealed_key: string | null;
  readonly log_head: string;
  readonly log_length: number;
}

/** What an epoch keeps of signed heads at most, its final one among them. */
export const LOG_HEADS_MAX = 64;

/**
 * The validator vouches that an epoch's log had this head at this moment: whoever kept it finds, once the epoch closed, a
 * line with that hash in the log (an empty log ends in its commitment). It tells no length: while the epoch is open that
 * would tell how many verdicts there were, and so what was drawn.
 */
export interface LogHead {
  readonly epoch: number;
  /** 64 hex digits. */
  readonly log_head: string;
  /** Unix ms. */
  readonly signed_at: number;
  readonly key_id: string;
  /** Ed25519 over the canonical {epoch, log_head, signed_at, key_id}. */
  readonly signature: string;
}

/**
 * What is served of an epoch. While it is open `revealed_key` is null, `log_head` is the last signed head (the commitment
 * before there is one) and `log_length` 0, so that nobody sees a line at the moment it is written.
 */
export interface PublishedEpoch extends EpochRecord {
  readonly state: "open" | "closed";
  /** Oldest first; the last one of a closed epoch is its final head. */
  readonly heads: readonly LogHead[];
}

/**
 * One line of an epoch's hash-chained log; `hash` is SHA-256 of the canonical line without `hash`. A `draw` is of one
 * submission, `draws` of many jobs handed out together. Every line of what was sampled is followed by a `verdict`.
 */
export type LogEntry =
  | ({ readonly type: "draw"; readonly receipt_id: string; readonly answer_sha256: string } & Draw)
  | ({ readonly type: "draws" } & DrawGroup)
  | {
      readonly type: "verdict";
      readonly epoch: number;
      readonly lane: string;
      readonly hotkey: string;
      readonly work_id: string;
      /** Null for a job. */
      readonly receipt_id: string | null;
      readonly state: "accepted" | "rejected" | "void";
      readonly verified: boolean;
      readonly code: string | null;
      /** Of a job's answer; null when none came. A submission's stands with its draw. */
      readonly answer_sha256?: string | null;
    };

/** Draws of jobs of one lane and epoch, compact: a validator hands out tens of thousands a second. */
export interface DrawGroup {
  readonly epoch: number;
  readonly lane: string;
  readonly hotkeys: readonly string[];
  /** `{index into hotkeys} {job id} {class} {1 if sampled, else 0}` */
  readonly rows: readonly string[];
}
