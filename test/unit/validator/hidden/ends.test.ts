import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { Clock } from "../../../../src/core/clock.ts";
import { parseFraction } from "../../../../src/core/fraction.ts";
import { silentLog } from "../../../../src/core/log.ts";
import { noMetrics } from "../../../../src/core/metrics.ts";
import type { Lane } from "../../../../src/flow/lane.ts";
import type { Pool } from "../../../../src/flow/pool.ts";
import { SubmissionVerifier } from "../../../../src/verify/submissions/submissionVerifier.ts";
import { SeededRandom } from "../../../support/dispatch/cap/queueing.ts";
import { pendingSubmission } from "../../../support/flow/submission.ts";
import { namedLane } from "../../../support/lanes/named.ts";
import { largestDistance, refutesSame } from "../../../support/validator/hidden/distance.ts";

// A miner that follows its receipts sees when they turn "verifying" and when they end.

interface Load {
  readonly submissions: number;
  /** Mean time between two submissions, ms. */
  readonly everyMs: number;
  readonly concurrency: number;
  /** How long the check of one takes, ms. */
  readonly checkMs: (random: SeededRandom) => number;
  /** Steps of the clock a ms; 1 unless given. Timers fire at whole ms alone, as real ones do. */
  readonly perMs?: number;
  /** What is drawn of the lane; half unless given. */
  readonly rate?: string;
}

/** Of every submission, ms: from the hand-over to its turn, and to its end. */
interface Followed {
  readonly turns: { readonly sampled: number[]; readonly unsampled: number[] };
  readonly ends: { readonly sampled: number[]; readonly unsampled: number[] };
  /** Numbers of the submissions, in the order in which they ended. */
  readonly order: number[];
}

/** One thing after the other, so that all that is due at a moment has happened before the next. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** A clock that moves in steps, and the checks that end at one of them. */
class SteppedClock implements Clock {
  readonly #perMs: number;
  readonly #due = new Map<number, (() => void)[]>();
  #steps = 0;

  constructor(perMs: number) {
    this.#perMs = perMs;
  }

  nowMs(): number {
    return 1_700_000_000_000 + Math.floor(this.monotonicMs());
  }

  monotonicMs(): number {
    return this.#steps / this.#perMs;
  }

  after(ms: number, run: () => void): void {
    const at = this.#steps + Math.max(1, Math.round(ms * this.#perMs));
    this.#due.set(at, [...(this.#due.get(at) ?? []), run]);
  }

  /** Whether anything was due. */
  step(onWholeMs: () => void): boolean {
    this.#steps++;
    const due = this.#due.get(this.#steps) ?? [];
    this.#due.delete(this.#steps);
    for (const run of due) run();
    const isWhole = this.#steps % this.#perMs === 0;
    if (isWhole) onWholeMs();
    return isWhole || due.length > 0;
  }
}

async function follow(t: TestContext, load: Load): Promise<Followed> {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { perMs = 1, rate = "1/2" } = load;
  const clock = new SteppedClock(perMs);
  const random = new SeededRandom(7);
  const pool: Pool = {
    run: () =>
      new Promise((resolve) => {
        clock.after(load.checkMs(random), () => resolve({ outcome: "valid" } as never));
      }),
    close: async () => {},
  };
  const followed: Followed = {
    turns: { sampled: [], unsampled: [] },
    ends: { sampled: [], unsampled: [] },
    order: [],
  };
  const open = new Map<string, { readonly from: number; readonly number: number; turned: boolean }>();
  const lane = namedLane("sat", 1);
  const policy = { ...lane.policy, rate: parseFraction(rate) ?? assert.fail() };
  const verifier = new SubmissionVerifier(
    { concurrency: load.concurrency, pendingFactor: 1000, maxTries: 3, retryMs: 2 },
    {
      pool,
      lanes: new Map([["sat", { ...lane, policy } as Lane]]),
      store: { pending: async () => [], countTry: async () => 1 },
      seedOf: () => 7n,
      conclude: async ({ receiptId, sampled }) => {
        const entry = open.get(receiptId) ?? assert.fail();
        followed.ends[sampled ? "sampled" : "unsampled"].push(clock.monotonicMs() - entry.from);
        followed.order.push(entry.number);
        open.delete(receiptId);
      },
      clock,
      log: silentLog,
      metrics: noMetrics,
    },
  );
  let made = 0;
  const submit = (): void => {
    const sampled = rate === "1" || random.unit() < 0.5;
    const number = made++;
    const receiptId = `rc_${number} ${sampled}`;
    const reservation = verifier.reserve("sat") ?? assert.fail("there is room");
    open.set(receiptId, { from: clock.monotonicMs(), number, turned: false });
    const submission = pendingSubmission({ receiptId, sampled });
    verifier.accept({ ...submission, draw: { ...submission.draw, rate } }, reservation);
  };
  const lookAtTurns = (): void => {
    for (const [receiptId, entry] of open) {
      if (entry.turned || !verifier.isVerifying(receiptId)) continue;
      entry.turned = true;
      const which = receiptId.endsWith(" true") ? "sampled" : "unsampled";
      followed.turns[which].push(clock.monotonicMs() - entry.from);
    }
  };
  while (made < load.submissions || open.size > 0) {
    const isNew = made < load.submissions && random.unit() < 1 / (load.everyMs * perMs);
    if (isNew) submit();
    if (isNew) await settled();
    lookAtTurns();
    if (clock.step(() => t.mock.timers.tick(1))) await settled();
  }
  await verifier.drain(0);
  return followed;
}

/** Whole ms, so that the clock's steps are as fine as the durations. */
const between = (least: number, most: number) => (random: SeededRandom) =>
  least + Math.floor(random.unit() * (most - least + 1));

const loads: Readonly<Record<string, Load>> = {
  "checks of one length": { submissions: 3000, everyMs: 3, concurrency: 8, checkMs: () => 16 },
  "checks of many lengths": { submissions: 3000, everyMs: 3, concurrency: 16, checkMs: between(1, 60) },
  "some checks that take long": {
    ...{ submissions: 3000, everyMs: 3, concurrency: 16 },
    checkMs: (random) => (random.unit() < 0.9 ? 5 : 80),
  },
  "checks that queue": {
    ...{ submissions: 3000, everyMs: 5, concurrency: 2 },
    checkMs: between(5, 25),
  },
};

/** Of a lane whose checks are done before any timer could fire, on a clock of 10 us. */
const fine: Load = {
  ...{ submissions: 3000, everyMs: 0.6, concurrency: 8, perMs: 100 },
  checkMs: (random) => 0.05 + 0.3 * random.unit(),
};
const fineLoads: Readonly<Record<string, Load>> = {
  "checks of 0.05 to 0.35 ms": fine,
  "some checks that take longer than any timer": {
    ...fine,
    checkMs: (random) => (random.unit() < 0.9 ? 0.1 : 5 + 20 * random.unit()),
  },
};

/** No distribution of times differs between the sampled ones and the others. */
function assertAlike({ turns, ends }: Followed, submissions: number): void {
  assert.equal(ends.sampled.length + ends.unsampled.length, submissions);
  for (const [what, { sampled, unsampled }] of Object.entries({ turns, ends })) {
    assert.ok(sampled.length > submissions / 3 && unsampled.length > submissions / 3);
    const apart = largestDistance(sampled, unsampled);
    assert.ok(!refutesSame(apart, sampled.length, unsampled.length), `${what}: ${apart} apart`);
  }
}

describe("what a receipt shows of the draw while it is decided", () => {
  for (const [name, load] of Object.entries({ ...loads, ...fineLoads })) {
    it(`is nothing, with ${name}`, async (t) => {
      assertAlike(await follow(t, load), load.submissions);
    });
  }

  it("is nothing by the order of submissions that end together", async (t) => {
    const { order } = await follow(t, { ...fine, everyMs: 0.1 });
    assert.deepEqual(
      order,
      Array.from({ length: fine.submissions }, (_, number) => number),
    );
  });

  it("is the time of its check alone, where everything is sampled", async (t) => {
    const { ends } = await follow(t, { ...fine, rate: "1" });
    assert.equal(ends.sampled.length, fine.submissions);
    assert.ok(Math.max(...ends.sampled) < 1, `${Math.max(...ends.sampled)} ms`);
  });

  it("is found where unsampled submissions end at once", () => {
    const random = new SeededRandom(3);
    const sampled = Array.from({ length: 1000 }, () => 3 + random.unit());
    const unsampled = Array.from({ length: 1000 }, () => 2.7 + random.unit());
    assert.ok(refutesSame(largestDistance(sampled, unsampled), 1000, 1000));
  });
});
