import type { Penalty, Tier, TierSpec } from "./lane.ts";

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

/** The policy that an epoch's commitment binds; all fractions as text. */
export interface SamplePolicy {
  readonly lanes: Readonly<Record<string, string>>;
  readonly classes: { readonly customer: string; readonly cold_start: string; readonly struck: string };
  readonly floor: string;
}

/** A closed epoch, as lists name it. */
export interface ClosedEpochItem {
  readonly epoch: number;
  readonly closed_at: number;
  readonly log_head: string;
}

/** What the challenges of a tier are made with and paid by. */
export interface TierTerms {
  readonly allotment: number;
  readonly weight: number;
  readonly answerBytes: number;
  readonly shape: Tier["shape"];
  readonly spec: TierSpec;
}

/** What the challenges of a pull lane are made with and judged by. */
export interface LaneTerms {
  readonly penalty: Penalty;
  readonly max_attempts: number;
  readonly tiers: Readonly<Record<string, TierTerms>>;
}

/** What the configuration says about the challenges of an epoch. */
export interface ChallengeTerms {
  /** Scheme of the ids that are issued. */
  readonly scheme: "sealed" | "indexed";
  readonly lanes: Readonly<Record<string, LaneTerms>>;
}

/**
 * What the challenges of an epoch are made with: on record with its commitment, so that a changed configuration changes nothing
 * about a challenge that was issued.
 */
export interface EpochTerms extends ChallengeTerms {
  readonly hours: number;
  /** Unix ms. */
  readonly begins_at: number;
  /** Unix ms. */
  readonly ends_at: number;
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
  /** Not public. None for an epoch that a version without terms committed. */
  readonly terms?: EpochTerms | null;
  readonly closed_at: number | null;
  /** k in hex once the epoch closed, else null. */
  readonly revealed_key: string | null;
  readonly log_head: string;
  readonly log_length: number;
}

/** The most signed heads that an epoch keeps, including its final one. */
export const LOG_HEADS_MAX = 64;

/**
 * The validator's signed statement that an epoch's log had this head at this moment: once the epoch closed, anyone who kept it
 * must find a line with that hash in the log (an empty log ends in its commitment). It has no length: while the epoch is open
 * that would show the number of verdicts, and so what was sampled.
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
 * An epoch as it is served. While it is open `revealed_key` is null, `log_head` is the last signed head (or the commitment
 * before the first) and `log_length` 0, so that nobody can watch lines being written.
 */
export interface PublishedEpoch extends Omit<EpochRecord, "terms"> {
  readonly state: "open" | "closed";
  /** Unix ms: the validator was put back from a backup of that time, so that lines that were recorded later are missing. */
  readonly records_lost_since?: number;
  /** Oldest first; the last of a closed epoch is its final head. */
  readonly heads: readonly LogHead[];
}

/**
 * One line of an epoch's hash-chained log; `hash` is the SHA-256 of the canonical line without `hash`. A `draw` is for one
 * submission, `draws` for many jobs handed out together. Every sampled one later gets a `verdict` line.
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
      /** Of a job's answer; null without one. A submission's is in its `draw`. */
      readonly answer_sha256?: string | null;
    };

/** Draws of jobs of one lane and epoch, compact: a validator hands out tens of thousands per second. */
export interface DrawGroup {
  readonly epoch: number;
  readonly lane: string;
  readonly hotkeys: readonly string[];
  /** `{index into hotkeys} {job id} {class} {1 if sampled, else 0}` */
  readonly rows: readonly string[];
  /** The node that hands the jobs out and ends them; absent: nobody in particular. */
  readonly node?: number;
}
