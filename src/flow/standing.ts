export type SuspensionKind = "strike" | "unreachable" | "operator";

/** A time out of the network: suspended iff `block < untilBlock`. */
export interface Suspension {
  readonly hotkey: string;
  readonly kind: SuspensionKind;
  readonly untilBlock: number;
  readonly reason: string;
  /** `judge`, or the operator's route. */
  readonly by: string;
  readonly at: number;
}

/** When a hotkey was first and last seen, in blocks. */
export interface Sighting {
  readonly hotkey: string;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

/** What judge remembers of a hotkey. */
export interface Remembered extends Sighting {
  /** Whether any work of it was ever accepted. */
  readonly delivered: boolean;
}

/** How much of the standing is loaded: as much as judge would keep. */
export interface StandingBounds {
  readonly hotkeys: number;
  /** Per hotkey. */
  readonly strikes: number;
}

/**
 * The records that judge loads at start: every suspension; sightings up to the bound, of hotkeys with an accepted answer first
 * and then of those seen last, with their newest strikes; the sighting and the newest strike of every other suspended hotkey.
 */
export interface StandingState {
  readonly sightings: readonly Remembered[];
  readonly suspensions: readonly Suspension[];
  readonly strikes: readonly { readonly hotkey: string; readonly block: number; readonly counted: boolean }[];
}

export interface MinerCounts {
  readonly submitted: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly void: number;
}

/** What judge knows of a hotkey, as it is served. */
export interface Standing {
  readonly hotkey: string;
  readonly standing: "active" | "cold_start" | "suspended";
  readonly first_seen_block: number;
  readonly last_seen_block: number;
  readonly until_block: number | null;
  readonly strikes: number;
}

/** A suspended hotkey, as it is served; `at` in Unix ms. */
export interface SkiplistItem {
  readonly hotkey: string;
  readonly kind: SuspensionKind;
  readonly until_block: number;
  readonly reason: string;
  readonly by: string;
  readonly at: number;
}
