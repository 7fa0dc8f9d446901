/** A named condition of a chain, as its adapter says it. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** Work that waits, and the most that may. */
export interface Backlog {
  readonly what: string;
  readonly pending: number;
  readonly bound: number;
}

/** Requests of the miners within a time. */
export interface RequestCounts {
  readonly answered: number;
  /** By code, without those of clients that ask too often: such a client could raise the alert by itself. */
  readonly refused: Readonly<Record<string, number>>;
  readonly windowMs: number;
  /** The share of refusals that is too many, and the fewest requests that tell anything. */
  readonly most: number;
  readonly least: number;
}

/** Whether the store answers a write, and how fast. */
export interface StoreFacts {
  /** Why it does not; null when it does. */
  readonly fault: string | null;
  /** How long the write took; null when it was not answered. */
  readonly ms: number | null;
  /** Longer than this, and requests that wait behind it are refused. */
  readonly slowMs: number;
}

/** The disk of the data directory. */
export interface DiskFacts {
  readonly freeBytes: number;
  /** What must stay free. */
  readonly reserveBytes: number;
  /** When that is reached at the present pace; null when it is not, or not known yet. */
  readonly fullInMs: number | null;
  readonly soonMs: number;
}

/** What one process knows of itself. */
export interface ProcessFacts {
  readonly name: string;
  /** Why the clock is not believed, and past which step; null while it is. */
  readonly clock: { readonly fault: string | null; readonly aheadMs: number; readonly stepMs: number };
  readonly chain: {
    /** False while the clock is believed and yet no height is known. */
    readonly isHeightKnown: boolean;
    readonly faults: readonly NamedText[];
    readonly alarms: readonly NamedText[];
  };
  /** Lanes and classes whose realised rate left the design, and how many miners' did. */
  readonly sampling: { readonly lanes: readonly string[]; readonly miners: number };
  readonly canary: string | null;
  readonly backlogs: readonly Backlog[];
  readonly requests: RequestCounts | null;
  readonly store: StoreFacts;
  readonly disk: DiskFacts | null;
  /** Miners that failed to connect within a minute, of those that work; null while their number presumes nothing. */
  readonly outage: { readonly failed: number; readonly active: number; readonly mostPercent: number } | null;
  /** The schema of the store that its program was made for. */
  readonly schemaKnown: number;
}

/** Weights on their way, as the process that weighs sees them. */
export interface WeightFacts {
  /** The last period that is over and has no vector yet. */
  readonly unsigned: { readonly period: number; readonly blocks: number; readonly mostBlocks: number } | null;
  /** What the chain's adapter holds to be late. */
  readonly late: readonly string[];
  readonly missed: readonly string[];
  readonly stopped: string | null;
}

export interface StartCount {
  readonly name: string;
  readonly starts: number;
}

/** What is known where the alerts are evaluated; null: not known at the moment. */
export interface AlertFacts {
  readonly processes: readonly ProcessFacts[];
  readonly weights: WeightFacts | null;
  readonly schema: number | null;
  readonly starts: {
    readonly counts: readonly StartCount[];
    readonly most: number;
    readonly windowMs: number;
  } | null;
}
