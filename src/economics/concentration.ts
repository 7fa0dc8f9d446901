export interface Concentration {
  /** Herfindahl-Hirschman index: the sum of the squared shares. */
  readonly hhi: number;
  /** How many equal validators would be as concentrated. */
  readonly effective: number;
}

/** Shares in 0..1 of the whole; what is not listed counts as spread over infinitely many. */
export function concentration(shares: readonly number[]): Concentration {
  const hhi = shares.reduce((sum, share) => sum + share * share, 0);
  return { hhi, effective: 1 / hhi };
}

/** The same with the listed shares taken for the whole. */
export function renormalised(shares: readonly number[]): Concentration {
  const total = shares.reduce((sum, share) => sum + share, 0);
  return concentration(shares.map((share) => share / total));
}
