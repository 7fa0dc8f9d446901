import type { TierSpec } from "./lane.ts";

/** A challenge id recognised as issued to a hotkey in an accepted epoch. */
export interface RecognisedChallenge {
  readonly challengeId: string;
  readonly lane: string;
  readonly epoch: number;
  readonly tier: number;
  readonly seq: number;
  readonly seed: bigint;
  /** Credit of an accepted answer. */
  readonly weight: number;
  /** The most bytes that an answer may have. */
  readonly answerBytes: number;
  readonly maxAttempts: number;
  readonly spec: TierSpec;
}

/** One challenge of a listing. */
export interface ChallengeItem {
  readonly challenge_id: string;
  readonly seq: number;
  readonly n_vars: number;
  readonly n_clauses: number;
  readonly weight: number;
}

export interface ChallengePage {
  readonly epoch: number;
  readonly lane: string;
  readonly tier: number;
  readonly items: readonly ChallengeItem[];
  readonly next_offset: number | null;
}
