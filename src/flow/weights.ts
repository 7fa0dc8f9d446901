/** One miner's row of a vector. Weights sum to 1, or to 0 when nobody earned. */
export interface WeightRow {
  readonly hotkey: string | null;
  readonly uid: number | null;
  readonly weight: number;
  /** Max-upscaled to 65,535, as the chain expects. */
  readonly u16: number;
}

/**
 * The largest difference between a row's weight and its part of the sum of all u16. Rounding moves each u16 by at most 1, so it is at
 * most `(rows + 1) / sum`.
 */
export function roundingError(rows: readonly Pick<WeightRow, "weight" | "u16">[]): number {
  const sum = rows.reduce((total, { u16 }) => total + u16, 0);
  return rows.reduce((most, { weight, u16 }) => Math.max(most, Math.abs(u16 / sum - weight)), 0);
}

export interface UnsignedVector {
  readonly version: 1;
  readonly network: string;
  readonly netuid: number;
  readonly validator: string;
  /** The weighing period: `floor(block / (tempo * every_tempos))` until that length changes. Vectors of earlier versions have it only as `epoch`. */
  readonly period?: number;
  /** The period under its former name, for one more version. */
  readonly epoch: number;
  readonly block: number;
  readonly issued_at: number;
  readonly expires_at: number;
  /** `sha256:` and the hex hash of the canonical weigh policy. */
  readonly policy_hash: string;
  readonly key_id: string;
  readonly weights: readonly WeightRow[];
}

/** `signature`: Ed25519 over the RFC 8785 canonical JSON of the rest, base64url. */
export interface SignedVector extends UnsignedVector {
  readonly signature: string;
}

/** The period of a vector, whichever version made it. */
export function periodOf({ period, epoch }: Pick<UnsignedVector, "period" | "epoch">): number {
  return period ?? epoch;
}

/** Accepted, unforfeited credit of a hotkey in one lane. */
export interface Credit {
  readonly lane: string;
  readonly hotkey: string;
  readonly weight: number;
}

/**
 * The last period that was signed, and the hash of its intent (null when unknown), kept outside the store: a store that was restored
 * from a backup does not know what was signed after it was made.
 */
export interface SigningMark {
  readonly period: number;
  readonly intent_sha256: string | null;
}

/** Where the mark is kept. */
export interface SigningMarks {
  /** For messages, such as the file. */
  readonly place: string;
  /** Null before the first one. */
  read(): Promise<SigningMark | null>;
  /** Durable when it resolves. */
  write(mark: SigningMark): Promise<void>;
}
