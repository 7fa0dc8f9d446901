import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { regionOf } from "../../../src/core/address.ts";
import type { ChainMiner } from "../../../src/flow/chain.ts";
import { placeOnChain, rowsOf } from "../../../src/weigh/rows.ts";
import { combine, regionLimit } from "../../../src/weigh/rules.ts";

const hotkeys = Array.from({ length: 24 }, (_, i) => `h${String(i).padStart(2, "0")}`);
const credits = fc.array(
  fc.record({
    lane: fc.constantFrom("sat", "groth16", "retired"),
    hotkey: fc.constantFrom(...hotkeys),
    weight: fc.double({ min: 0, max: 1e9, noNaN: true }),
  }),
  { maxLength: 60 },
);
const shares = fc.record({
  sat: fc.double({ min: 0, max: 1, noNaN: true }).map((share) => Math.round(share * 1000) / 1000),
  groth16: fc.double({ min: 0, max: 1, noNaN: true }).map((share) => Math.round(share * 1000) / 1000),
});
const earning = fc.uniqueArray(fc.constantFrom(...hotkeys));
/** Miners of few regions, so that the cap binds; some without an address. */
const miners: fc.Arbitrary<ChainMiner[]> = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom(...hotkeys)),
    fc.array(fc.option(fc.tuple(fc.constantFrom("1.1", "1.2", "2.1"), fc.nat(255)), { freq: 4 }), {
      minLength: 24,
      maxLength: 24,
    }),
  )
  .map(([listed, places]) =>
    listed.map((hotkey, uid) => {
      const place = places[uid];
      return place ? { uid, hotkey, ip: `${place[0]}.0.${place[1]}` } : { uid, hotkey };
    }),
  );
const cap = fc.constantFrom(0, 0.1, 0.25, 0.5, 1);
const burn = fc.record({ share: fc.constantFrom(0, 0.2, 0.8, 1), uid: fc.constantFrom(null, 0, 5, 99) });

const sumOf = (weights: Iterable<number>): number => [...weights].reduce((sum, weight) => sum + weight, 0);

describe("weights", () => {
  it("sum to 1 or are empty, and nobody earns who may not", () => {
    fc.assert(
      fc.property(credits, shares, earning, (given, shared, allowed) => {
        const weights = combine(given, shared, (hotkey) => allowed.includes(hotkey));
        for (const [hotkey, weight] of weights) {
          assert.ok(allowed.includes(hotkey), hotkey);
          assert.ok(weight > 0 && weight <= 1 + 1e-9);
        }
        if (weights.size > 0) assert.ok(Math.abs(sumOf(weights.values()) - 1) < 1e-9);
        const anyone = given.some(
          ({ lane, hotkey, weight }) =>
            allowed.includes(hotkey) && weight > 0 && lane !== "retired" && shared[lane as "sat"] > 0,
        );
        // Credits so small that they vanish beside others in the float sum may be left out.
        if (!anyone) assert.equal(weights.size, 0);
        else assert.ok(weights.size > 0);
      }),
    );
  });

  it("keep each region to its limit, and only registered hotkeys", () => {
    fc.assert(
      fc.property(credits, miners, cap, (given, listed, share) => {
        const before = combine(given, { sat: 0.5, groth16: 0.5 }, () => true);
        const placed = placeOnChain(before, listed, share);
        const byHotkey = new Map(listed.map((miner) => [miner.hotkey, miner]));
        const counts = new Map<string, number>();
        for (const hotkey of placed.keys()) {
          assert.ok(byHotkey.has(hotkey));
          const region = regionOf(byHotkey.get(hotkey)?.ip ?? "");
          if (region !== null) counts.set(region, (counts.get(region) ?? 0) + 1);
        }
        const limit = regionLimit(share, listed.length);
        for (const count of counts.values()) assert.ok(limit === 0 || count <= limit);
        for (const hotkey of before.keys()) {
          if (!byHotkey.has(hotkey) || placed.has(hotkey)) continue;
          const region = regionOf(byHotkey.get(hotkey)?.ip ?? "");
          assert.ok(region !== null, "only a region's excess is cut");
          assert.equal(counts.get(region), limit, "and only where the region is full");
          for (const [kept] of placed) {
            if (regionOf(byHotkey.get(kept)?.ip ?? "") !== region) continue;
            assert.ok((before.get(kept) ?? 0) >= (before.get(hotkey) ?? 0), "the heaviest stay");
          }
        }
        if (placed.size > 0) assert.ok(Math.abs(sumOf(placed.values()) - 1) < 1e-9);
      }),
    );
  });

  it("become rows that sum to 1, name a uid once, and hold 65,535 at their largest", () => {
    fc.assert(
      fc.property(credits, miners, burn, (given, listed, burnt) => {
        const weights = placeOnChain(
          combine(given, { sat: 1, groth16: 1 }, () => true),
          listed,
          0.25,
        );
        const rows = rowsOf(weights, burnt, listed);
        if (weights.size === 0) return assert.deepEqual(rows, []);
        assert.ok(Math.abs(sumOf(rows.map((row) => row.weight)) - 1) < 1e-9);
        assert.equal(Math.max(...rows.map((row) => row.u16)), 65_535);
        const uids = rows.map((row) => row.uid);
        assert.equal(new Set(uids).size, uids.length);
        for (const row of rows) assert.ok(Number.isInteger(row.u16) && row.u16 >= 0 && row.u16 <= 65_535);
        const burntRow = rows.find((row) => row.uid === burnt.uid);
        if (burnt.uid !== null && burnt.share > 0) assert.ok((burntRow?.weight ?? 0) >= burnt.share - 1e-9);
      }),
    );
  });
});
