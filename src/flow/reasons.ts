/**
 * What became of a request or an answer that earned nothing: `refused`, a request at the door; `rejected`, an answer whose check
 * failed; `void`, an answer that is nobody's fault.
 */
export const reasonKinds = ["refused", "rejected", "void"] as const;
export type ReasonKind = (typeof reasonKinds)[number];

/** Counts of one miner under one reason. `code`: of the problem, or of the verdict; at most 64 characters. */
export interface ReasonCount {
  readonly hotkey: string;
  readonly kind: ReasonKind;
  readonly code: string;
  readonly count: number;
}

/** What is on record of a miner under one reason since it was first seen. */
export interface MinerReason extends Omit<ReasonCount, "hotkey"> {
  /** Last recorded, Unix ms: the minute in which it happened. */
  readonly lastAt: number;
}

/** The most counts in one batch: what is counted of more miners and reasons within a minute is dropped. */
export const REASONS_MAX = 4096;

/** Where stages count why a miner, whose signature was verified, earned nothing. */
export interface ReasonLedger {
  add(hotkey: string, kind: ReasonKind, code: string): void;
}
