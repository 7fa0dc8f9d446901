const U16_MAX = 65_535;

/** Weights as a call names them. */
export interface CallWeights {
  readonly uids: readonly number[];
  readonly values: readonly number[];
}

/**
 * Rows scaled so that the largest is 65,535, without those of 0, as the chain's own client sends them. A whole vector is already
 * so scaled; when its largest row is left out the chain would scale up the rest itself, and a read-back compares with what it stores.
 */
export function maxUpscale(rows: readonly { readonly uid: number; readonly u16: number }[]): CallWeights {
  const kept = rows.filter(({ u16 }) => u16 > 0);
  const most = kept.reduce((max, { u16 }) => Math.max(max, u16), 0);
  return {
    uids: kept.map(({ uid }) => uid),
    values: kept.map(({ u16 }) => Math.round((u16 * U16_MAX) / most)),
  };
}
