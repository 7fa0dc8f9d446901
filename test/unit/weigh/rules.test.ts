import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ChainMiner } from "../../../src/flow/chain.ts";
import { placeOnChain, rowsOf } from "../../../src/weigh/rows.ts";
import { capRegions, combine, periodAt, regionLimit, upscale } from "../../../src/weigh/rules.ts";
import { deliveredWork } from "../../../src/weigh/work.ts";

const everyone = () => true;
const credit = (lane: string, hotkey: string, weight: number) => ({ lane, hotkey, weight });
const noBurn = { share: 0, uid: null };

function assertWeights(actual: ReadonlyMap<string, number>, expected: Record<string, number>): void {
  assert.deepEqual([...actual.keys()].sort(), Object.keys(expected).sort());
  for (const [hotkey, weight] of actual) {
    assert.ok(Math.abs(weight - (expected[hotkey] ?? 0)) < 1e-12, `${hotkey}: ${weight}`);
  }
}

describe("periods", () => {
  it("turn at whole multiples of tempos", () => {
    assert.deepEqual(
      [0, 359, 360, 719, 720].map((block) => periodAt(block, 360, 1)),
      [0, 0, 1, 1, 2],
    );
    assert.deepEqual(
      [1079, 1080].map((block) => periodAt(block, 360, 3)),
      [0, 1],
    );
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

describe("regions", () => {
  it("may hold floor(25 %) of all uids", () => {
    assert.deepEqual(
      [3, 4, 7, 8, 256].map((uids) => regionLimit(0.25, uids)),
      [0, 1, 1, 2, 64],
    );
    assert.equal(regionLimit(0.29, 100), 29, "where the float product is a hair below");
  });

  it("lose their lightest past the limit, and not at it", () => {
    const weights = new Map([
      ["a", 0.4],
      ["b", 0.3],
      ["c", 0.2],
      ["d", 0.1],
    ]);
    const oneRegion = () => "1.2";
    assertWeights(capRegions(weights, oneRegion, 4), { a: 0.4, b: 0.3, c: 0.2, d: 0.1 });
    assertWeights(capRegions(weights, oneRegion, 3), { a: 4 / 9, b: 3 / 9, c: 2 / 9 });
    assertWeights(capRegions(weights, oneRegion, 1), { a: 1 });
  });

  it("break ties by name, so that two validators agree", () => {
    const weights = new Map([
      ["z", 0.5],
      ["a", 0.5],
    ]);
    assertWeights(
      capRegions(weights, () => "1.2", 1),
      { a: 1 },
    );
  });

  it("are not capped where the limit is 0 or the address unknown", () => {
    const weights = new Map([
      ["a", 0.5],
      ["b", 0.5],
    ]);
    assertWeights(
      capRegions(weights, () => "1.2", 0),
      { a: 0.5, b: 0.5 },
    );
    assertWeights(
      capRegions(weights, () => null, 1),
      { a: 0.5, b: 0.5 },
    );
  });

  it("count all uids of the chain, with weight or not", () => {
    const miners: ChainMiner[] = Array.from({ length: 8 }, (_, uid) => ({
      uid,
      hotkey: `h${uid}`,
      ip: uid < 3 ? `9.9.0.${uid}` : `10.${uid}.0.1`,
    }));
    const weights = new Map(miners.map((miner, i) => [miner.hotkey, (8 - i) / 36]));
    const placed = placeOnChain(weights, miners, 0.25);
    assert.equal(placed.has("h2"), false);
    assert.deepEqual([placed.size, placed.has("h0"), placed.has("h1")], [7, true, true]);
  });

  it("leave out who is not on the chain", () => {
    const weights = new Map([
      ["in", 0.5],
      ["out", 0.5],
    ]);
    assertWeights(placeOnChain(weights, [{ uid: 1, hotkey: "in" }], 0.25), { in: 1 });
    assertWeights(placeOnChain(weights, [], 0.25), {});
    assertWeights(placeOnChain(weights, null, 0.25), { in: 0.5, out: 0.5 });
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
    assert.deepEqual(upscale([1e-12, 1]), [0, 65_535]);
  });

  it("give the burn uid its share and the rest to the miners", () => {
    const rows = rowsOf(weights, { share: 0.8, uid: 9 }, miners);
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

  it("add the burn to what its uid earned", () => {
    const rows = rowsOf(weights, { share: 0.5, uid: 7 }, miners);
    assert.deepEqual(
      rows.map((row) => [row.hotkey, Number(row.weight.toFixed(12))]),
      [
        ["a", 0.375],
        ["b", 0.625],
      ],
    );
  });

  it("burn all at share 1, name no hotkey for a uid that is not listed, and burn nothing when nobody earned", () => {
    assert.deepEqual(rowsOf(weights, { share: 1, uid: 200 }, miners), [
      { hotkey: null, uid: 200, weight: 1, u16: 65_535 },
    ]);
    assert.deepEqual(rowsOf(new Map(), { share: 0.5, uid: 9 }, miners), []);
    assert.equal(rowsOf(weights, { share: 0, uid: 9 }, miners).length, 2);
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
