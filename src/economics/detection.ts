/** P(at least one of `cheats` is verified) at a sampling rate in 0..1. */
export function detectionProbability(rate: number, cheats: number): number {
  return rate >= 1 ? Math.min(1, cheats) : -Math.expm1(cheats * Math.log1p(-rate));
}

/** Cheats to the first detection, that one included, on average. */
export function meanCheats(rate: number): number {
  return 1 / rate;
}

/** Cheats after which the first detection has come with probability `q`, between whole numbers. */
export function quantileOfCheats(rate: number, q: number): number {
  return Math.log1p(-q) / Math.log1p(-rate);
}

/** The least whole number of cheats that is detected with probability `q` at least. */
export function cheatsDetected(rate: number, q: number): number {
  // A quantile that is whole up to rounding is that whole number.
  return Math.max(1, Math.ceil(quantileOfCheats(rate, q) - 1e-9));
}

/** A miner that cheats in every job: how long until it is suspended, and what share of its time it works at all. */
export function fullTimeCheat(of: {
  readonly rate: number;
  readonly strikes: number;
  /** Between two jobs. */
  readonly jobSeconds: number;
  readonly suspensionSeconds: number;
}): { readonly seconds: number; readonly dutyCycle: number } {
  const seconds = (of.strikes / of.rate) * of.jobSeconds;
  return { seconds, dutyCycle: seconds / (seconds + of.suspensionSeconds) };
}
