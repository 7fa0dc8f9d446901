import type { Draw } from "./draw.ts";
import type { JobInput } from "./lane.ts";

/** The answer that was judged, with what it answers, so that anyone can repeat the check. */
export interface Exhibit {
  readonly kind: string;
  readonly input: JobInput;
  readonly answer: string;
}

/** An exhibit that the store no longer has, or never took. */
export interface DroppedExhibit {
  /** `budget`: its hotkey, or all of them, had their share of that day; `expired`: it was kept for its time. */
  readonly why: "budget" | "expired";
  /** Of its canonical JSON. */
  readonly bytes: number;
  /** Of its canonical JSON, 64 hex digits: anyone who has it can show that it is this one. */
  readonly sha256: string;
}

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
  /** Of a job. */
  readonly exhibit?: Exhibit;
  /** In place of an exhibit that is not kept. */
  readonly exhibit_dropped?: DroppedExhibit;
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

/** A strike in the ledger of all; its evidence without the exhibit. */
export interface LedgerStrike extends StoredStrike {
  /** In the order in which strikes were recorded. */
  readonly number: number;
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
