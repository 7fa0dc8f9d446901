import { FALSE_ALARM } from "../../sample/predictability/odds.ts";

/** The largest distance between the two empirical distributions (Kolmogorov and Smirnov), 0 to 1. */
export function largestDistance(a: readonly number[], b: readonly number[]): number {
  const x = Float64Array.from(a).sort();
  const y = Float64Array.from(b).sort();
  let [i, j, most] = [0, 0, 0];
  while (i < x.length && j < y.length) {
    const value = Math.min(x[i] ?? 0, y[j] ?? 0);
    while (i < x.length && (x[i] ?? 0) <= value) i++;
    while (j < y.length && (y[j] ?? 0) <= value) j++;
    most = Math.max(most, Math.abs(i / x.length - j / y.length));
  }
  return most;
}

/** Whether samples of two equal distributions are so far apart less than once in a thousand million times. */
export function refutesSame(distance: number, n: number, m: number): boolean {
  return distance > Math.sqrt((Math.log(2 / FALSE_ALARM) * (n + m)) / (2 * n * m));
}
