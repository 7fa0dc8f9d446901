import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { WorkBucket } from "../../../src/flow/job.ts";
import { placeOnChain } from "../../../src/weigh/rows.ts";
import { combine } from "../../../src/weigh/rules.ts";
import { deliveredWork, type PushRules } from "../../../src/weigh/work.ts";

const HOUR = 3_600_000;
const BUCKET = HOUR / 12;
const WINDOW = 24 * 12;
const NOW = 480_000 * HOUR;
const rules: PushRules = { halfLifeMs: 2 * HOUR, minResults: 100, exponent: 1.3 };

const bucketAt = (ago: number, given: Partial<WorkBucket> = {}): WorkBucket => ({
  ...{ lane: "groth16", hotkey: "a", start: NOW - ago * BUCKET, credit: 0, debit: 0, results: 100 },
  ...given,
});

/** What one miner's buckets earn. */
function earned(buckets: readonly WorkBucket[], at = NOW): number {
  const [row] = deliveredWork(buckets, at, rules);
  return row?.weight ?? 0;
}

const amount = fc.double({ min: 1, max: 1e9, noNaN: true });
const ago = fc.nat(WINDOW - 1);
const row = fc.record({
  ...{ ago, credit: amount, results: fc.nat(200) },
  debit: fc.oneof(fc.constant(0), amount),
});
const someBuckets = fc.array(row, { minLength: 1, maxLength: 40 });
const bucketsOf = (rows: readonly { ago: number }[], hotkey = "a"): WorkBucket[] =>
  rows.map(({ ago, ...rest }) => bucketAt(ago, { ...rest, hotkey }));

describe("delivered work", () => {
  it("that goes on earns more than the same in one burst at its beginning", () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 2, max: WINDOW / 2 }), fc.nat(100), (credit, length, later) => {
        const steady = Array.from({ length }, (_, i) => bucketAt(later + i, { credit: credit / length }));
        const burst = [bucketAt(later + length - 1, { credit })];
        assert.ok(earned(steady) > earned(burst));
      }),
    );
  });

  it("spread over the days is ahead of one burst a day for more than half of the time", () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: WINDOW - 1 }), (credit, phase) => {
        // One burst a day against the same credit spread over it, weighed every five minutes of the next day.
        const burst = [bucketAt(phase, { credit })];
        const steady = Array.from({ length: WINDOW * 2 }, (_, i) =>
          bucketAt(i - WINDOW, { credit: credit / WINDOW }),
        );
        let ahead = 0;
        for (let i = 0; i < WINDOW; i++) {
          const at = NOW + i * BUCKET;
          const upTo = steady.filter(({ start }) => start <= at && start > at - 24 * HOUR);
          if (earned(upTo, at) > earned(burst, at)) ahead++;
        }
        assert.ok(ahead > WINDOW / 2, `${ahead} of ${WINDOW}`);
      }),
      { numRuns: 20 },
    );
  });

  it("of heavier units earns more at the same volume", () => {
    fc.assert(
      fc.property(someBuckets, fc.double({ min: 1.01, max: 100, noNaN: true }), (rows, factor) => {
        const light = bucketsOf(rows.map((row) => ({ ...row, debit: 0, results: 100 })));
        const heavy = light.map((bucket) => ({ ...bucket, credit: bucket.credit * factor }));
        assert.ok(earned(heavy) > earned(light));
      }),
    );
  });

  it("that failed earns nothing, and costs what else there is", () => {
    fc.assert(
      fc.property(someBuckets, (rows) => {
        const failed = bucketsOf(rows.map((row) => ({ ...row, credit: 0 })));
        assert.equal(earned(failed), 0);
        const good = bucketsOf(rows.map((row) => ({ ...row, debit: 0, results: 100 })));
        assert.ok(earned([...good, bucketAt(0, { debit: 1e6 })]) <= earned(good));
        assert.ok(earned([...good, bucketAt(0, { debit: 1e12 })]) === 0);
      }),
    );
  });

  it("of three hours ago earns between 10 % and 50 % of fresh work", () => {
    fc.assert(
      fc.property(amount, (credit) => {
        const ratio = earned([bucketAt(36, { credit })]) / earned([bucketAt(0, { credit })]);
        assert.ok(ratio > 0.1 && ratio < 0.5, String(ratio));
      }),
    );
  });

  it("shared out over two hotkeys earns less than under one", () => {
    fc.assert(
      fc.property(someBuckets, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (rows, part) => {
        const whole = bucketsOf(rows.map((row) => ({ ...row, debit: 0, results: 100 })));
        const share = (of: number) => whole.map((bucket) => ({ ...bucket, credit: bucket.credit * of }));
        assert.ok(earned(share(part)) + earned(share(1 - part)) < earned(whole));
      }),
    );
  });

  it("of fewer than 100 results earns nothing", () => {
    fc.assert(
      fc.property(someBuckets, (rows) => {
        const total = rows.reduce((sum, { results }) => sum + results, 0);
        const one = earned(bucketsOf(rows));
        if (total < 100) assert.equal(one, 0);
        else assert.ok(one >= 0 && Number.isFinite(one));
      }),
    );
  });

  it("weighs the same, to the last bit, in whatever order its buckets come", () => {
    const distinct = fc.uniqueArray(row, { selector: ({ ago }) => ago, minLength: 1, maxLength: 40 });
    const orders = distinct.chain((rows) =>
      fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })),
    );
    fc.assert(
      fc.property(orders, ([rows, shuffled]) => {
        const all = (given: typeof rows) => [...bucketsOf(given), ...bucketsOf(given, "b")];
        const want = deliveredWork(all(rows), NOW, rules);
        assert.deepEqual(deliveredWork(all(shuffled), NOW, rules), want);
        assert.deepEqual(deliveredWork(all(rows).toReversed(), NOW, rules), want);
      }),
    );
  });
});

describe("weights of both lanes", () => {
  const hotkeys = Array.from({ length: 12 }, (_, i) => `h${String(i).padStart(2, "0")}`);
  const hotkey = fc.constantFrom(...hotkeys);
  const solved = fc.array(fc.record({ lane: fc.constant("sat"), hotkey, weight: amount }), { maxLength: 20 });
  const worked = fc.array(fc.record({ ago, credit: amount, debit: amount, results: fc.nat(300), hotkey }), {
    maxLength: 30,
  });

  it("divide the shares among those who earned in each, whatever their sums", () => {
    fc.assert(
      fc.property(
        solved,
        worked,
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        (credits, rows, share) => {
          const buckets = rows.map(({ ago, ...rest }) => bucketAt(ago, rest));
          const work = deliveredWork(buckets, NOW, rules);
          const weights = combine([...credits, ...work], { sat: share, groth16: 1 - share }, () => true);
          const sum = [...weights.values()].reduce((total, weight) => total + weight, 0);
          const empty = credits.length === 0 && work.length === 0;
          assert.ok(empty ? weights.size === 0 : Math.abs(sum - 1) < 1e-9);
          if (credits.length === 0 || work.length === 0) return;
          const onlyPush = hotkeys.filter((one) => !credits.some((credit) => credit.hotkey === one));
          const pushed = onlyPush.reduce((total, one) => total + (weights.get(one) ?? 0), 0);
          assert.ok(pushed <= 1 - share + 1e-9);
        },
      ),
    );
  });

  it("give regions that are too few for the cap equal shares", () => {
    const miners = hotkeys.map((hotkey, uid) => ({ uid, hotkey, ip: `1.${uid % 3}.0.${uid}` }));
    fc.assert(
      fc.property(solved, worked, (credits, rows) => {
        const buckets = rows.map(({ ago, ...rest }) => bucketAt(ago, rest));
        const all = [...credits, ...deliveredWork(buckets, NOW, rules)];
        const placed = placeOnChain(
          combine(all, { sat: 0.5, groth16: 0.5 }, () => true),
          miners,
          0.25,
        );
        const totals = new Map<number, number>();
        for (const [one, weight] of placed) {
          const region = hotkeys.indexOf(one) % 3;
          totals.set(region, (totals.get(region) ?? 0) + weight);
        }
        for (const total of totals.values()) assert.ok(Math.abs(total - 1 / totals.size) < 1e-9);
      }),
    );
  });
});
