import type { Draw } from "./draw.ts";
import type { JobInput } from "./lane.ts";

/** Evidence stored with a strike; the miner can fetch it. */
export interface Evidence {
  readonly work_id: string;
  /** Null for a job. */
  readonly receipt_id: string | null;
  readonly answer_sha256: string;
  readonly draw: Draw;
  readonly verdict: { readonly outcome: "invalid"; readonly code: string };
  readonly checker: string;
  readonly rule: string;
  /** Of a job: its input and the answer, so that anyone can repeat the check. */
  readonly exhibit?: { readonly kind: string; readonly input: JobInput; readonly answer: string };
}

export interface StrikeRecord {
  readonly strikeId: string;
  readonly hotkey: string;
  readonly lane: string;
  readonly block: number;
  readonly at: number;
  readonly evidence: Evidence;
  /** Set when the strike suspends: the first block after the suspension. */
  readonly suspendUntil: number | null;
}

/** A strike on record. `counted` turns false once it led to a suspension. */
export interface StoredStrike extends StrikeRecord {
  readonly counted: boolean;
}

export interface StrikeView {
  readonly strike_id: string;
  readonly lane: string;
  readonly block: number;
  /** Unix milliseconds. */
  readonly at: number;
  /** False once it led to a suspension. */
  readonly counted: boolean;
  readonly suspended_until: number | null;
  readonly evidence: Evidence;
}

export interface StrikeList {
  readonly hotkey: string;
  readonly items: readonly StrikeView[];
}
