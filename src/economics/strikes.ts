import { binomialAtLeast, logGamma } from "./beta.ts";
import { bisect, leastInteger } from "./bisect.ts";

/** Cheats to a suspension when strikes never lapse, on average. */
export function meanCheatsToStrikes(rate: number, strikes: number): number {
  return strikes / rate;
}

/** The least number of cheats that suspends with probability `q` at least when strikes never lapse; null above 2^40. */
export function cheatsToStrikes(rate: number, strikes: number, q: number): number | null {
  return leastInteger((cheats) => binomialAtLeast(strikes, cheats, rate) >= q, strikes, 2 ** 40);
}

/** P(fewer than `strikes` detections in one fixed window) when `expected` are due in it (Poisson). */
export function unsuspendedInWindow(expected: number, strikes: number): number {
  if (expected <= 0) return 1;
  let sum = 0;
  for (let j = 0; j < strikes; j++) sum += Math.exp(j * Math.log(expected) - expected - logGamma(j + 1));
  return Math.min(1, sum);
}

/** Expected detections in one fixed window at which it suspends with probability `risk`. */
export function detectionsAtRisk(strikes: number, risk: number): number {
  // The tail is above 1 - risk long before the mean is ten times the strikes, unless the risk is almost 1.
  const most = 10 * strikes - 10 * Math.log1p(-risk);
  return bisect((expected) => 1 - unsuspendedInWindow(expected, strikes), risk, 0, most);
}
