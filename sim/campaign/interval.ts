import { regularisedBeta } from "../../src/economics/beta.ts";
import { bisect } from "../../src/economics/bisect.ts";

/** A mean with its two-sided interval; no bounds where the sample has fewer than two values. */
export interface MeanInterval {
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** The verdict of an interval of the profit against honest work. */
export type IntervalVerdict = "loses" | "profits" | "undecided";

/** Student's t that a share `confidence` of a sample's values stays within on both sides; `freedom` >= 1. */
export function studentT(confidence: number, freedom: number): number {
  // P(|T| > t) = I_x(freedom / 2, 1 / 2) at x = freedom / (freedom + t^2), which rises with x.
  const outside = (x: number): number => regularisedBeta(x, freedom / 2, 0.5);
  const x = bisect(outside, 1 - confidence, 0, 1);
  return Math.sqrt((freedom * (1 - x)) / x);
}

/**
 * The mean of a sample of a normal law and the interval that holds the true mean in a share `confidence` of all samples.
 * Throws RangeError without values.
 */
export function meanInterval(values: readonly number[], confidence = 0.95): MeanInterval {
  if (values.length === 0) throw new RangeError("a mean needs at least one value");
  const freedom = values.length - 1;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (freedom === 0) return { mean, low: null, high: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / freedom;
  const reach = studentT(confidence, freedom) * Math.sqrt(variance / values.length);
  return { mean, low: mean - reach, high: mean + reach };
}

/** Undecided while the interval holds 0, or has no bounds. */
export function verdictOf({ low, high }: MeanInterval): IntervalVerdict {
  if (low !== null && low > 0) return "profits";
  return high !== null && high < 0 ? "loses" : "undecided";
}
