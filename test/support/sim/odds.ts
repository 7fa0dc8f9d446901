import assert from "node:assert/strict";
import { binomialAtLeast } from "../../../src/economics/beta.ts";

/** What comes less often than that is taken for impossible. */
export const NEVER = 1e-9;

/** Asserts that the hits in the trials fit the rate, neither too few nor too many. */
export function asOftenAs(rate: number, hits: number, trials: number): void {
  assert.ok(trials > 0, "no trial");
  notMoreThan(rate, hits, trials);
  notLessThan(rate, hits, trials);
}

export function notMoreThan(rate: number, hits: number, trials: number): void {
  assert.ok(binomialAtLeast(hits, trials, rate) > NEVER, `${hits} of ${trials} is more than ${rate}`);
}

export function notLessThan(rate: number, hits: number, trials: number): void {
  const atMost = 1 - binomialAtLeast(hits + 1, trials, rate);
  assert.ok(atMost > NEVER, `${hits} of ${trials} is less than ${rate}`);
}

/** Asserts the number of tries until each of `count` has been hit once: the sum of `count` geometric sequences. */
export function firstHitsAfter(rate: number, count: number, tries: number): void {
  // The tries suffice exactly if that many draws have `count` hits.
  assert.ok(binomialAtLeast(count, tries, rate) > NEVER, `${count} hits after ${tries} tries is too early`);
  const later = 1 - binomialAtLeast(count, tries - 1, rate);
  assert.ok(later > NEVER, `${count} hits after ${tries} tries is too late`);
}

/** Probabilities of 0 to `most` hits of `trials`, all above counted as `most`. */
function cutOff(trials: number, rate: number, most: number): number[] {
  const exactly = Array.from({ length: most }, (_, hits) => {
    const [above, atLeast] = [binomialAtLeast(hits + 1, trials, rate), binomialAtLeast(hits, trials, rate)];
    return atLeast - above;
  });
  return [...exactly, binomialAtLeast(most, trials, rate)];
}

/** Least and most hits of `rounds` rounds of `trials` each, of which no round counts more than `most`. */
export function cutOffRange(
  { trials, rate, most }: { readonly trials: number; readonly rate: number; readonly most: number },
  rounds: number,
): { readonly low: number; readonly high: number } {
  const one = cutOff(trials, rate, most);
  let sum = [1];
  for (let round = 0; round < rounds; round++) {
    const next = new Array<number>(sum.length + most).fill(0);
    sum.forEach((p, i) => {
      one.forEach((q, hits) => {
        next[i + hits] = (next[i + hits] ?? 0) + p * q;
      });
    });
    sum = next;
  }
  const from = (at: number): number => sum.slice(at).reduce((total, p) => total + p, 0);
  const upTo = (at: number): number => sum.slice(0, at + 1).reduce((total, p) => total + p, 0);
  const low = sum.findIndex((_, at) => upTo(at) > NEVER);
  const high = sum.findLastIndex((_, at) => from(at) > NEVER);
  return { low, high };
}
