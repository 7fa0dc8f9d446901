import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ChainMiner } from "../../../src/flow/chain.ts";
import { capRegions } from "../../../src/weigh/regions.ts";
import { placeOnChain } from "../../../src/weigh/rows.ts";

type Weighed = Record<string, number>;

/** Hotkeys are named by their region: `x1` is of region `x`, and `-1` of none. */
function capped(weights: Weighed, share: number): Weighed {
  const region = (hotkey: string) => (hotkey.startsWith("-") ? null : (hotkey[0] ?? ""));
  const after = capRegions(new Map(Object.entries(weights)), region, share);
  return Object.fromEntries([...after].map(([hotkey, weight]) => [hotkey, Number(weight.toFixed(9))]));
}

describe("regions", () => {
  it("at the cap keep their weight, and past it are scaled down to it, all their hotkeys alike", () => {
    const at = { a1: 0.15, a2: 0.1, b: 0.2, c: 0.2, d: 0.2, e: 0.15 };
    assert.deepEqual(capped(at, 0.25), at);
    const past = { a1: 0.3, a2: 0.2, b: 0.125, c: 0.125, d: 0.125, e: 0.125 };
    assert.deepEqual(capped(past, 0.25), { a1: 0.15, a2: 0.1, b: 0.1875, c: 0.1875, d: 0.1875, e: 0.1875 });
  });

  it("leave an honest neighbour its part when others of its region did a tenth more", () => {
    const after = capped({ a1: 0.11, a2: 0.11, a3: 0.1, b: 0.22, c: 0.23, d: 0.23 }, 0.25);
    assert.ok((after.a3 ?? 0) > 0.07, String(after.a3));
    assert.equal(((after.a1 ?? 0) / (after.a3 ?? 1)).toFixed(6), "1.100000");
  });

  it("that only the raise brings past the cap are cut to it too", () => {
    assert.deepEqual(capped({ a: 0.6, b: 0.2, c: 0.1, d: 0.05, e: 0.05 }, 0.25), {
      ...{ a: 0.25, b: 0.25 },
      ...{ c: 0.25, d: 0.125, e: 0.125 },
    });
  });

  it("as light as a normal number can be are raised, and lighter ones left out, since no factor would be finite", () => {
    assert.deepEqual(capped({ a: 1, b: 2 ** -1022 }, 0.25), { a: 0.5, b: 0.5 });
    assert.deepEqual(capped({ a: 1, b: 2 ** -1023 }, 0.25), { a: 1 });
    assert.deepEqual(capped({ a: 5e-324 }, 0.25), { a: 1 });
  });

  it("that are too few for the cap have equal shares, whatever their work", () => {
    assert.deepEqual(capped({ a: 1 }, 0.25), { a: 1 });
    assert.deepEqual(capped({ a1: 0.6, a2: 0.3, b: 0.1 }, 0.25), {
      a1: 0.333333333,
      a2: 0.166666667,
      b: 0.5,
    });
    assert.deepEqual(capped({ a: 0.7, b: 0.2, c: 0.06, d: 0.04 }, 0.25), {
      a: 0.25,
      b: 0.25,
      c: 0.25,
      d: 0.25,
    });
  });

  it("do not count for hotkeys without an address, which neither lose nor gain", () => {
    assert.deepEqual(capped({ "-1": 0.5, "-2": 0.5 }, 0.25), { "-1": 0.5, "-2": 0.5 });
    assert.deepEqual(capped({ "-1": 0.2, a: 0.5, b: 0.1, c: 0.1, d: 0.1 }, 0.25), {
      ...{ "-1": 0.2, a: 0.25, b: 0.183333333 },
      ...{ c: 0.183333333, d: 0.183333333 },
    });
    assert.deepEqual(capped({ "-1": 0.001, a: 0.999 }, 0.25), { "-1": 0.001, a: 0.999 });
  });

  it("are not capped where the cap is 0 or 1", () => {
    for (const share of [0, 1]) assert.deepEqual(capped({ a: 0.9, b: 0.1 }, share), { a: 0.9, b: 0.1 });
    assert.deepEqual(capped({}, 0.25), {});
  });

  it("leave out who is not on the chain before they are measured", () => {
    const weights = new Map([
      ["in", 0.5],
      ["out", 0.5],
    ]);
    const chain: ChainMiner[] = [{ uid: 1, hotkey: "in", ip: "1.2.3.4" }];
    assert.deepEqual([...placeOnChain(weights, chain, 0.25)], [["in", 1]]);
    assert.deepEqual([...placeOnChain(weights, [], 0.25)], []);
    assert.deepEqual(placeOnChain(weights, null, 0.25), weights);
  });
});
