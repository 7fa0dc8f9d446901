import type { StandingState } from "./standing.ts";

/** Hotkeys whose standing changed since a reader last asked. */
export interface StandingChanges {
  /** The number to ask from next. */
  readonly last: number;
  /** Each once. Null: what changed is not known any more, so the reader loads all standing anew. */
  readonly hotkeys: readonly string[] | null;
}

/** A strike on record, without its evidence. */
export interface StrikeMark {
  readonly strikeId: string;
  readonly hotkey: string;
  readonly block: number;
}

/** The most strikes of one `strikesSince`. */
export const STRIKES_SINCE_MOST = 256;

/** How long a change is kept, and how many at most. */
export const CHANGES_KEPT = { ms: 3_600_000, count: 10_000 };

/** The most hotkeys of one `standingOf`. */
export const STANDING_OF_MOST = 1024;

/**
 * How processes hear of strikes, suspensions and releases of each other. Each is noted in its own transaction, under a number that
 * grows; a number becomes visible only when all smaller ones are.
 */
export interface StandingFeed {
  /** Of at most `limit` changes after number `after`; null: none, only the present number. */
  standingChanges(after: number | null, limit: number): Promise<StandingChanges>;
  /** What judge needs of these hotkeys, at most `STANDING_OF_MOST`, with the newest `strikes` (64) of each. */
  standingOf(hotkeys: readonly string[], strikes?: number): Promise<StandingState>;
  /** Strikes of these hotkeys at or after a time (Unix ms), oldest first within a hotkey; at most `STRIKES_SINCE_MOST`. */
  strikesSince(hotkeys: readonly string[], since: number): Promise<StrikeMark[]>;
}
