/** A token of a hotkey's bucket, as GCRA counts it. */
export interface RateSpend {
  /** Buckets of different kinds are apart. */
  readonly kind: string;
  /** Time in which a token is refilled. */
  readonly intervalMs: number;
  /** `intervalMs` times the tokens that may be taken at once, less one. */
  readonly toleranceMs: number;
}

/** One use of a signature. The marks are hashes of at most 48 bits. */
export interface SignatureSpend {
  /** Of hotkey and uuid. */
  readonly mark: number;
  /** Of what it is used for. */
  readonly use: number;
  /** A second use is refused even when it is the same. */
  readonly once: boolean;
  /** How long it is remembered at least; at most twice as long. */
  readonly windowMs: number;
  /** The most that are remembered of the hotkey, and altogether. */
  readonly perHotkey: number;
  readonly altogether: number;
}

/** What a proven request takes of the limits that hold over all processes. */
export interface Spend {
  readonly hotkey: string;
  readonly rate?: RateSpend;
  readonly signature?: SignatureSpend;
}

/** `waitMs`: until a token is there, 0 with the other codes. */
export interface SpendRefusal {
  readonly kind: "refused";
  readonly code: "rate_limited" | "signature_used" | "too_many_signatures";
  readonly waitMs: number;
}

export type SpendOutcome = { readonly kind: "spent" } | SpendRefusal;

/** Limits that hold over all processes, timed by the store's clock. A store that only one process can have open may forget them when it closes. */
export interface Spends {
  /** Each for itself, in order; what is refused takes nothing. */
  spend(spends: readonly Spend[]): Promise<SpendOutcome[]>;
}
