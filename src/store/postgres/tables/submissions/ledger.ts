import type { MinerCounts } from "../../../../flow/standing.ts";
import type { StrikeRecord } from "../../../../flow/strike.ts";
import type { NewSubmission, Submission } from "../../../../flow/submission.ts";
import type { Line, LogEnd } from "../lines.ts";

/** A submission of the epoch, on record or added by this group. */
export interface Entry {
  readonly id: number;
  submission: Submission;
  /** Whether its challenge was paid when the group began. */
  readonly solved: boolean;
  /** Whether its hotkey was struck after it arrived, when the group began. */
  readonly struck: boolean;
  /** The living node that owns it. */
  readonly heldBy: number | null;
}

export interface Pay {
  readonly submission: Submission;
  readonly verified: boolean;
  forfeited: boolean;
}

export interface Ended {
  readonly id: number;
  readonly epoch: number;
  readonly state: string;
  readonly code: string | null;
  readonly verified: boolean;
  readonly at: number;
}

export interface Seen {
  readonly first: number;
  last: number;
  submitted: number;
}

/** A strike, with the newest submission when it was recorded; or what a cheat forfeits without one. */
export type Consequence =
  | { readonly strike: StrikeRecord; readonly afterId: number }
  | { readonly forfeits: string };

/** What the calls of a group change, in order. */
export interface Changes {
  readonly admitted: { readonly id: number; readonly drawN: number; readonly given: NewSubmission }[];
  readonly ended: Ended[];
  readonly paid: Pay[];
  readonly lines: Line[];
  readonly seen: Map<string, Seen>;
  readonly counts: Map<string, MinerCounts>;
  readonly consequences: Consequence[];
}

/** What the calls of a group read under the locks of their epochs, and what they change. */
export interface Ledger {
  readonly ends: ReadonlyMap<number, LogEnd>;
  /** By `workKey`. */
  readonly answers: Map<string, Entry[]>;
  /** Pending, by receipt. */
  readonly pending: Map<string, Entry>;
  /** By `workKey`. */
  readonly solved: Set<string>;
  /** Ids for the rows that are added, ascending. */
  readonly ids: number[];
  /** The newest id on record. */
  lastId: number;
  readonly changes: Changes;
}

export const noChanges = (): Changes => ({
  ...{ admitted: [], ended: [], paid: [], lines: [], consequences: [] },
  ...{ seen: new Map(), counts: new Map() },
});

/** A challenge in a lane of an epoch. */
export function workKey({
  epoch,
  lane,
  challengeId,
}: Pick<Submission, "epoch" | "lane" | "challengeId">): string {
  return `${epoch} ${lane} ${challengeId}`;
}
