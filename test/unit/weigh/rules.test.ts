import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { roundingError } from "../../../src/flow/weights.ts";
import { rowsOf } from "../../../src/weigh/rows.ts";
import { combine, countFrom, periodAt, upscale } from "../../../src/weigh/rules.ts";
import { deliveredWork } from "../../../src/weigh/work.ts";

const everyone = () => true;
const credit = (lane: string, hotkey: string, weight: number) => ({ lane, hotkey, weight });
const noBurn = { kind: "none" } as const;
const paid = (share: number, hotkey: string, uid: number | null) =>
  ({ kind: "paid", share, hotkey, uid }) as const;

function assertWeights(actual: ReadonlyMap<string, number>, expected: Record<string, number>): void {
  assert.deepEqual([...actual.keys()].sort(), Object.keys(expected).sort());
  for (const [hotkey, weight] of actual) {
    assert.ok(Math.abs(weight - (expected[hotkey] ?? 0)) < 1e-12, `${hotkey}: ${weight}`);
  }
}

describe("periods", () => {
  const every = (length: number) => ({ from_block: 0, from_period: 0, length });

  it("turn at whole multiples of their length", () => {
    assert.deepEqual(
      [0, 359, 360, 719, 720].map((block) => periodAt(block, every(360))),
      [0, 0, 1, 1, 2],
    );
    assert.deepEqual(
      [1079, 1080].map((block) => periodAt(block, every(1080))),
      [0, 1],
    );
  });

  it("go on from the one under way when their length changes, be it longer or shorter", () => {
    const longer = countFrom(every(360), 725, 400);
    assert.deepEqual(longer, { from_block: 720, from_period: 2, length: 400 });
    assert.deepEqual(
      [725, 1119, 1120, 1519, 1520].map((block) => periodAt(block, longer)),
      [2, 2, 3, 3, 4],
    );
    const shorter = countFrom(longer, 1500, 100);
    assert.deepEqual(shorter, { from_block: 1120, from_period: 3, length: 100 });
    assert.deepEqual(
      [1500, 1520].map((block) => periodAt(block, shorter)),
      [6, 7],
    );
  });

  it("are counted from block 0 at first, and where heights start anew", () => {
    assert.deepEqual(countFrom(null, 725, 400), every(400));
    const later = { from_block: 720, from_period: 2, length: 400 };
    assert.equal(countFrom(later, 720, 400), later);
    assert.deepEqual(countFrom(later, 719, 400), every(400));
  });
});

describe("lanes", () => {
  it("are combined by their shares, each normalised on its own", () => {
    const credits = [credit("sat", "a", 300), credit("sat", "b", 100), credit("groth16", "b", 0.2)];
    assertWeights(combine(credits, { sat: 0.5, groth16: 0.5 }, everyone), { a: 0.375, b: 0.625 });
    assertWeights(combine(credits, { sat: 0.8, groth16: 0.2 }, everyone), { a: 0.6, b: 0.4 });
  });

  it("in which nobody earned leave their share to the others", () => {
    assertWeights(combine([credit("sat", "a", 5)], { sat: 0.5, groth16: 0.5 }, everyone), { a: 1 });
    const onlySuspended = [credit("sat", "a", 5), credit("groth16", "bad", 5)];
    assertWeights(
      combine(onlySuspended, { sat: 0.1, groth16: 0.9 }, (hotkey) => hotkey !== "bad"),
      { a: 1 },
    );
  });

  it("without a share earn nothing", () => {
    assertWeights(combine([credit("sat", "a", 5), credit("x", "b", 5)], { sat: 1 }, everyone), { a: 1 });
    assertWeights(combine([credit("sat", "a", 5)], { sat: 0 }, everyone), {});
    assertWeights(combine([credit("constructor", "a", 5)], {}, everyone), {});
  });

  it("count several credits of a hotkey together, and none that is not a positive number", () => {
    const credits = [
      credit("sat", "a", 1),
      credit("sat", "a", 2),
      credit("sat", "b", 1),
      credit("sat", "c", 0),
      credit("sat", "d", -4),
      credit("sat", "e", Number.NaN),
      credit("sat", "f", Number.POSITIVE_INFINITY),
    ];
    assertWeights(combine(credits, { sat: 1 }, everyone), { a: 0.75, b: 0.25 });
  });

  it("give nothing when nobody may earn", () => {
    assertWeights(
      combine([credit("sat", "a", 5)], { sat: 1 }, () => false),
      {},
    );
    assertWeights(combine([], { sat: 1 }, everyone), {});
  });

  it("do not depend on the order of the credits, to the last bit", () => {
    const credits = [0.1, 0.7, 0.2, 3.3, 1e-9].map((weight, i) => credit("sat", `h${i}`, weight));
    const turned = [...credits].reverse();
    assert.deepEqual([...combine(credits, { sat: 1 }, everyone)], [...combine(turned, { sat: 1 }, everyone)]);
  });
});

describe("rows", () => {
  const miners = [
    { uid: 3, hotkey: "a" },
    { uid: 7, hotkey: "b" },
    { uid: 9, hotkey: "owner" },
  ];
  const weights = new Map([
    ["b", 0.25],
    ["a", 0.75],
  ]);

  it("name hotkey, uid, weight and the upscaled weight", () => {
    assert.deepEqual(rowsOf(weights, noBurn, miners), [
      { hotkey: "a", uid: 3, weight: 0.75, u16: 65_535 },
      { hotkey: "b", uid: 7, weight: 0.25, u16: 21_845 },
    ]);
    assert.deepEqual(
      rowsOf(weights, noBurn, null).map((row) => row.uid),
      [null, null],
    );
  });

  it("upscale as the chain does", () => {
    assert.deepEqual(upscale([1, 3]), [21_845, 65_535]);
    assert.deepEqual(upscale([0, 0]), [0, 0]);
    assert.deepEqual(upscale([]), []);
  });

  it("never round a paid miner to 0, beside however large a burn, and keep the error in bounds", () => {
    assert.deepEqual(upscale([1e-12, 0, 1]), [1, 0, 65_535]);
    // Where rounding alone would turn to 0: half of 1 / 65,535 of the largest.
    assert.deepEqual(upscale([0.49 / 65_535, 0.51 / 65_535, 1.49 / 65_535, 1]), [1, 1, 1, 65_535]);
    const many = new Map(Array.from({ length: 255 }, (_, i) => [`h${i}`, 1 / 255]));
    const rows = rowsOf(many, paid(0.999, "owner", 9), null);
    assert.ok(rows.every(({ u16 }) => u16 >= 1));
    assert.equal(rows.at(-1)?.u16, 65_535);
    const sum = rows.reduce((total, { u16 }) => total + u16, 0);
    assert.ok(roundingError(rows) <= (rows.length + 1) / sum);
    assert.equal(roundingError([{ weight: 1, u16: 65_535 }]), 0);
    assert.equal(roundingError([]), 0);
  });

  it("give the burn's hotkey its share and the rest to the miners", () => {
    const rows = rowsOf(weights, paid(0.8, "owner", 9), miners);
    assert.deepEqual(
      rows.map((row) => [row.hotkey, row.uid, Number(row.weight.toFixed(12))]),
      [
        ["a", 3, 0.15],
        ["b", 7, 0.05],
        ["owner", 9, 0.8],
      ],
    );
    assert.equal(rows[2]?.u16, 65_535);
  });

  it("add the burn to what its hotkey earned", () => {
    const rows = rowsOf(weights, paid(0.5, "b", 7), miners);
    assert.deepEqual(
      rows.map((row) => [row.hotkey, Number(row.weight.toFixed(12))]),
      [
        ["a", 0.375],
        ["b", 0.625],
      ],
    );
  });

  it("burn all at share 1, and nothing when nobody earned", () => {
    assert.deepEqual(rowsOf(weights, paid(1, "owner", 9), miners), [
      { hotkey: "owner", uid: 9, weight: 1, u16: 65_535 },
    ]);
    assert.deepEqual(rowsOf(new Map(), paid(0.5, "owner", 9), miners), []);
  });

  it("keep the row of a burn that has nobody to go to, so that no miner gets its share", () => {
    const absent = (share: number) => ({ kind: "absent", share, why: "" }) as const;
    const rows = rowsOf(weights, absent(0.8), miners);
    assert.deepEqual(
      rows.map((row) => [row.hotkey, row.uid, Number(row.weight.toFixed(12))]),
      [
        ["a", 3, 0.15],
        ["b", 7, 0.05],
        [null, null, 0.8],
      ],
    );
    assert.deepEqual(rowsOf(weights, absent(1), miners), [
      { hotkey: null, uid: null, weight: 1, u16: 65_535 },
    ]);
    assert.deepEqual(rowsOf(new Map(), absent(0.8), miners), []);
  });

  it("give a share that is withheld to the validator's own hotkey", () => {
    const withheld = { kind: "withheld", share: 0.8, hotkey: "self", uid: 0, why: "" } as const;
    const [row] = rowsOf(weights, withheld, miners).slice(-1);
    assert.deepEqual([row?.hotkey, row?.uid, row?.weight], ["self", 0, 0.8]);
  });
});

describe("delivered work", () => {
  const HOUR = 3_600_000;
  const now = 1000 * HOUR;
  const rules = { halfLifeMs: 2 * HOUR, minResults: 100, exponent: 1 };
  const bucket = { lane: "groth16", hotkey: "a", start: now, credit: 0, debit: 0, results: 100 };
  const of = (buckets: readonly Partial<typeof bucket>[], changed = {}) =>
    deliveredWork(
      buckets.map((given) => ({ ...bucket, ...given })),
      now,
      { ...rules, ...changed },
    );

  it("is credit less debit, halved every two hours from the bucket's start", () => {
    const buckets = [
      { credit: 100, debit: 20 },
      { credit: 100, start: now - 2 * HOUR },
      { credit: 100, debit: 200, start: now - 4 * HOUR },
      { credit: 100, start: now - HOUR },
    ];
    assert.deepEqual(of(buckets), [credit("groth16", "a", 80 + 50 - 25 + 100 * Math.SQRT1_2)]);
    assert.deepEqual(of([{ credit: 100, start: now + 5 * HOUR }]), [credit("groth16", "a", 100)]);
  });

  it("is nothing below 100 results, failed ones counted, over all of the window", () => {
    const hundred = [
      { credit: 1, results: 60 },
      { credit: 1, results: 40, start: now - 24 * HOUR },
    ];
    assert.equal(of(hundred).length, 1);
    assert.deepEqual(
      of([
        { credit: 1, results: 60 },
        { credit: 1, results: 39 },
      ]),
      [],
    );
    assert.deepEqual(of(hundred, { minResults: 101 }), []);
  });

  it("never falls below nothing, and is then no row", () => {
    assert.deepEqual(of([{ credit: 5, debit: 5 }]), []);
    assert.deepEqual(
      of([
        { credit: 5, debit: 10 },
        { credit: 4, start: now - 1 },
      ]),
      [],
    );
  });

  it("is raised to the exponent once it is summed", () => {
    assert.deepEqual(of([{ credit: 4 }, { credit: 5 }], { exponent: 2 }), [credit("groth16", "a", 81)]);
  });

  it("is kept by lane and hotkey, in order, whatever order and names the buckets come in", () => {
    const buckets = [
      { lane: "x y", hotkey: "z", credit: 1 },
      { lane: "x", hotkey: "y z", credit: 2 },
      { hotkey: "b", credit: 0.1 },
      { hotkey: "b", credit: 0.2, start: now - 1 },
      { hotkey: "b", credit: 0.3, start: now - 2 },
      { credit: 8 },
    ];
    const rows = of(buckets);
    assert.deepEqual(
      rows.map(({ lane, hotkey }) => [lane, hotkey]),
      [
        ["groth16", "a"],
        ["groth16", "b"],
        ["x", "y z"],
        ["x y", "z"],
      ],
    );
    assert.deepEqual(of(buckets.toReversed()), rows);
  });
});
