import { capRules } from "./rules.ts";

/** Failures of a miner, with a memory that fades over about ten steps. */
export class FailureShare {
  results = 0;
  failures = 0;
  #seen = { results: 0, failures: 0 };
  #recentResults = 0;
  #recentFailures = 0;
  #tightUntil = Number.NEGATIVE_INFINITY;

  count(isFailure: boolean): void {
    this.results++;
    if (isFailure) this.failures++;
  }

  step(nowMs: number): void {
    const { failingMemory, failingLeast, failingShare, tightMs } = capRules;
    const { results, failures } = this;
    this.#recentResults = this.#recentResults * failingMemory + results - this.#seen.results;
    this.#recentFailures = this.#recentFailures * failingMemory + failures - this.#seen.failures;
    this.#seen = { results, failures };
    const isFailing = this.#recentFailures > failingShare * this.#recentResults;
    if (isFailing && this.#recentFailures >= failingLeast) this.#tightUntil = nowMs + tightMs;
  }

  /** Whether its share of failures within the last hour is too high to let jobs wait at it. */
  isTight(nowMs: number): boolean {
    return nowMs < this.#tightUntil;
  }

  /** Whether it fails more than it delivers. */
  isMost(): boolean {
    return this.#recentFailures * 2 > this.#recentResults;
  }
}
