import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { silentLog } from "../../src/core/log.ts";
import { noMetrics } from "../../src/core/metrics.ts";
import type { Pool } from "../../src/flow/pool.ts";
import { Verifier } from "../../src/verify/verifier.ts";
import { FakeClock } from "../support/fakeClock.ts";
import { namedLane } from "../support/namedLane.ts";
import { largestDistance, refutesSame } from "../support/pullHiddenDistance.ts";
import { SeededChance } from "../support/queueing.ts";
import { pendingSubmission } from "../support/submission.ts";

// A miner that follows its receipts sees when they turn "verifying" and when they end.

interface Load {
  readonly submissions: number;
  /** Mean time between two submissions, ms. */
  readonly everyMs: number;
  readonly concurrency: number;
  /** How long the check of one takes, ms. */
  readonly checkMs: (chance: SeededChance) => number;
}

/** Of every submission, ms: from the hand-over to its turn, and to its end. */
interface Followed {
  readonly turns: { readonly sampled: number[]; readonly unsampled: number[] };
  readonly ends: { readonly sampled: number[]; readonly unsampled: number[] };
}

/** One thing after the other, so that all that is due in a millisecond has happened before the next. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
};

async function follow(t: TestContext, load: Load): Promise<Followed> {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const clock = new FakeClock(1_700_000_000_000);
  const chance = new SeededChance(7);
  const pool: Pool = {
    run: () =>
      new Promise((resolve) => {
        setTimeout(() => resolve({ outcome: "valid" } as never), load.checkMs(chance));
      }),
    close: async () => {},
  };
  const followed: Followed = {
    turns: { sampled: [], unsampled: [] },
    ends: { sampled: [], unsampled: [] },
  };
  const open = new Map<string, { readonly from: number; turned: boolean }>();
  const verifier = new Verifier(
    { concurrency: load.concurrency, pendingFactor: 1000, maxTries: 3, retryMs: 2 },
    {
      pool,
      lanes: new Map([["sat", namedLane("sat", 1)]]),
      store: { pending: async () => [], countTry: async () => 1 },
      seedOf: () => 7n,
      conclude: async ({ receiptId, sampled }) => {
        const entry = open.get(receiptId) ?? assert.fail();
        followed.ends[sampled ? "sampled" : "unsampled"].push(clock.monotonicMs() - entry.from);
        open.delete(receiptId);
      },
      clock,
      log: silentLog,
      metrics: noMetrics,
    },
  );
  let made = 0;
  const submit = (): void => {
    const sampled = chance.unit() < 0.5;
    const receiptId = `rc_${made++} ${sampled}`;
    const reservation = verifier.reserve("sat") ?? assert.fail("there is room");
    open.set(receiptId, { from: clock.monotonicMs(), turned: false });
    verifier.accept(pendingSubmission({ receiptId, sampled }), reservation);
  };
  while (made < load.submissions || open.size > 0) {
    if (made < load.submissions && chance.unit() < 1 / load.everyMs) submit();
    await settled();
    for (const [receiptId, entry] of open) {
      if (entry.turned || !verifier.isVerifying(receiptId)) continue;
      entry.turned = true;
      const which = receiptId.endsWith(" true") ? "sampled" : "unsampled";
      followed.turns[which].push(clock.monotonicMs() - entry.from);
    }
    clock.advance(1);
    t.mock.timers.tick(1);
    await settled();
  }
  await verifier.drain(0);
  return followed;
}

/** Whole ms, so that the clock's steps are as fine as the durations. */
const between = (least: number, most: number) => (chance: SeededChance) =>
  least + Math.floor(chance.unit() * (most - least + 1));

const loads: Readonly<Record<string, Load>> = {
  "checks of one length": { submissions: 3000, everyMs: 3, concurrency: 8, checkMs: () => 16 },
  "checks of many lengths": { submissions: 3000, everyMs: 3, concurrency: 16, checkMs: between(1, 60) },
  "some checks that take long": {
    ...{ submissions: 3000, everyMs: 3, concurrency: 16 },
    checkMs: (chance) => (chance.unit() < 0.9 ? 5 : 80),
  },
  "checks that queue": {
    ...{ submissions: 3000, everyMs: 5, concurrency: 2 },
    checkMs: between(5, 25),
  },
};

describe("what a receipt shows of the draw while it is decided", () => {
  for (const [name, load] of Object.entries(loads)) {
    it(`is nothing, with ${name}`, async (t) => {
      const { turns, ends } = await follow(t, load);
      assert.equal(ends.sampled.length + ends.unsampled.length, load.submissions);
      for (const [what, { sampled, unsampled }] of Object.entries({ turns, ends })) {
        assert.ok(sampled.length > 1000 && unsampled.length > 1000);
        const apart = largestDistance(sampled, unsampled);
        assert.ok(!refutesSame(apart, sampled.length, unsampled.length), `${what}: ${apart} apart`);
      }
    });
  }

  it("is found where what is not sampled ends at once", () => {
    const chance = new SeededChance(3);
    const sampled = Array.from({ length: 1000 }, () => 3 + chance.unit());
    const unsampled = Array.from({ length: 1000 }, () => 2.7 + chance.unit());
    assert.ok(refutesSame(largestDistance(sampled, unsampled), 1000, 1000));
  });
});
