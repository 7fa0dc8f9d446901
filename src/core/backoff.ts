export interface BackoffRule {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** The wait before the next try after `failures` failures in a row: doubling, and half of it drawn, so that clients do not come back together. */
export function backoffMs(failures: number, { firstMs, mostMs }: BackoffRule, unit: () => number): number {
  const whole = Math.min(mostMs, firstMs * 2 ** Math.min(30, Math.max(0, failures - 1)));
  return whole / 2 + (whole / 2) * unit();
}
