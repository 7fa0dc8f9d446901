import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Servers } from "../../../sim/engine/servers.ts";

// Beside a line of customers who look for the server that is free first, and wait for it.

/** Servers by when they are free; nothing is ever in the past. */
class Line {
  free: number[];

  constructor(count: number) {
    this.free = new Array<number>(count).fill(0);
  }

  take(now: number, ms: number): number {
    const first = Math.min(...this.free);
    const end = Math.max(now, first) + ms;
    this.free[this.free.indexOf(first)] = end;
    return end;
  }

  /** Those that go on the longest keep their work; new ones are free. */
  resize(count: number, now: number): void {
    const longest = this.free.toSorted((a, b) => b - a).slice(0, count);
    this.free = [...longest, ...new Array<number>(count - longest.length).fill(now)];
  }
}

const wait = fc.oneof(fc.constant(0), fc.nat(30), fc.nat(500));
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant("take"), wait, ms: fc.oneof(fc.constant(0), fc.nat(300)) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("resize"), wait, count: fc.integer({ min: 1, max: 12 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("clear"), wait }) },
);

test("work ends as in one queue before the servers, however their number changes", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.array(step, { maxLength: 120, size: "max" }),
      (count, steps) => {
        const servers = new Servers(count);
        const line = new Line(count);
        let now = 0;
        let busy = 0;
        for (const one of steps) {
          now += one.wait;
          assert.equal(servers.waitMs(now), Math.max(0, Math.min(...line.free) - now));
          if (one.kind === "take") {
            busy += one.ms;
            assert.equal(servers.take(now, one.ms), line.take(now, one.ms));
          } else if (one.kind === "resize") {
            servers.resize(one.count, now);
            line.resize(one.count, now);
          } else {
            servers.clear(now);
            line.free.fill(now);
          }
          assert.deepEqual([servers.count, servers.busyMs], [line.free.length, busy]);
        }
      },
    ),
    { numRuns: 500 },
  );
});
