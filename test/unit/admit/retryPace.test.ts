import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RETRY_MOST_S, RetryPace } from "../../../src/admit/retryPace.ts";
import { FakeClock } from "../../support/fakeClock.ts";

interface Crowd {
  readonly callers: number;
  readonly servedPerS: number;
}

/** Callers that come back when they were told to, and find no room again; returns what each second told last. */
function seconds(clock: FakeClock, pace: RetryPace, { callers, servedPerS }: Crowd, count: number): number[] {
  const due = new Map([[0, callers]]);
  return Array.from({ length: count }, (_, second) => {
    clock.advance(1000);
    for (let i = 0; i < servedPerS; i++) pace.served();
    let told = 0;
    for (let i = due.get(second) ?? 0; i > 0; i--) {
      told = pace.refused();
      due.set(second + told, (due.get(second + told) ?? 0) + 1);
    }
    return told;
  });
}

describe("the time that refused callers stay away", () => {
  it("is one second while few are refused, whatever is served", () => {
    for (const servedPerS of [0, 1, 10_000]) {
      const clock = new FakeClock(0);
      const told = seconds(clock, new RetryPace(clock), { callers: 32, servedPerS }, 20);
      assert.deepEqual(new Set(told), new Set([1]));
    }
  });

  it("grows until refusals are an eighth of what is served", () => {
    const clock = new FakeClock(0);
    const pace = new RetryPace(clock);
    const told = seconds(clock, pace, { callers: 800, servedPerS: 1600 }, 60).filter((s) => s > 0);
    const mean = told.slice(-10).reduce((sum, s) => sum + s, 0) / 10;
    assert.ok(mean >= 2 && mean <= 5, `told ${told}`);
  });

  it("is never longer than its bound, and one second again when the crowd is gone", () => {
    const clock = new FakeClock(0);
    const pace = new RetryPace(clock);
    const told = seconds(clock, pace, { callers: 100_000, servedPerS: 10 }, 30);
    assert.equal(Math.max(...told), RETRY_MOST_S);
    for (let i = 0; i < 10; i++) {
      clock.advance(1000);
      pace.refused();
    }
    assert.equal(pace.refused(), 1);
  });
});
