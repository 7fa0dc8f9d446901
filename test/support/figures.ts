import assert from "node:assert/strict";
import { clopperPearson } from "../../src/economics/intervals.ts";

/** The same number to this many significant digits. */
export function sameDigits(actual: number, expected: number, digits = 4): void {
  assert.equal(actual.toPrecision(digits), expected.toPrecision(digits));
}

/** The probability lies in the 99.9 % interval of what was counted. */
export function countedAs(probability: number, hits: number, trials: number): void {
  const { low, high } = clopperPearson(hits, trials, 0.999);
  assert.ok(low <= probability && probability <= high, `${probability} is not in ${low}..${high}`);
}

/** The mean lies within 3.3 standard errors (99.9 %) of what was measured. */
export function measuredAs(mean: number, values: readonly number[]): void {
  const measured = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - measured) ** 2, 0) / (values.length - 1);
  const error = Math.sqrt(variance / values.length);
  assert.ok(error > 0 && Math.abs(measured - mean) <= 3.3 * error, `${mean} is not ${measured} +- ${error}`);
}

/** How many of the rounds are true. */
export function count(rounds: number, outcome: () => boolean): number {
  let hits = 0;
  for (let round = 0; round < rounds; round++) if (outcome()) hits += 1;
  return hits;
}
