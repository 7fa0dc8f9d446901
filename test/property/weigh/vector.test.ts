import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { regionOf } from "../../../src/core/address.ts";
import type { ChainMiner } from "../../../src/flow/chain.ts";
import { roundingError } from "../../../src/flow/weights.ts";
import { placeOnChain, rowsOf } from "../../../src/weigh/rows.ts";
import { combine } from "../../../src/weigh/rules.ts";

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
    fc.array(
      fc.option(fc.tuple(fc.constantFrom("1.1", "1.2", "2.1", "3.1", "4.1"), fc.nat(255)), { freq: 4 }),
      {
        minLength: 24,
        maxLength: 24,
      },
    ),
  )
  .map(([listed, places]) =>
    listed.map((hotkey, uid) => {
      const place = places[uid];
      return place ? { uid, hotkey, ip: `${place[0]}.0.${place[1]}` } : { uid, hotkey };
    }),
  );
const cap = fc.constantFrom(0, 0.1, 0.25, 0.5, 1);
const burn = fc.oneof(
  fc.record({
    kind: fc.constant("paid" as const),
    share: fc.constantFrom(0.001, 0.2, 0.8, 0.999, 1),
    hotkey: fc.constantFrom(...hotkeys),
    uid: fc.constant(99),
  }),
  fc.record({
    kind: fc.constant("absent" as const),
    share: fc.constantFrom(0.2, 1),
    why: fc.constant("gone"),
  }),
  fc.constant({ kind: "none" as const }),
);

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

  it("keep each region to the cap, leave nobody at 0, and keep the order within a region", () => {
    fc.assert(
      fc.property(credits, miners, cap, (given, listed, share) => {
        const all = combine(given, { sat: 0.5, groth16: 0.5 }, () => true);
        const byHotkey = new Map(listed.map((miner) => [miner.hotkey, miner]));
        const region = (hotkey: string) => regionOf(byHotkey.get(hotkey)?.ip ?? "");
        const placed = placeOnChain(all, listed, share);
        // Weights that vanish beside others when they are multiplied are not the cap's.
        const before = new Map(
          [...all].filter(([hotkey, weight]) => byHotkey.has(hotkey) && weight > 1e-200),
        );
        for (const hotkey of before.keys()) assert.ok((placed.get(hotkey) ?? 0) > 0, `${hotkey} is at 0`);
        const totals = new Map<string, number>();
        for (const [hotkey, weight] of placed) {
          assert.ok(byHotkey.has(hotkey));
          const name = region(hotkey);
          if (name !== null) totals.set(name, (totals.get(name) ?? 0) + weight);
        }
        const most = Math.max(share, sumOf(totals.values()) / totals.size);
        for (const total of totals.values()) assert.ok(share === 0 || total <= most + 1e-9, `${total}`);
        for (const [a, x] of before)
          for (const [b, y] of before) {
            const [one, other] = [placed.get(a) ?? 0, placed.get(b) ?? 0];
            if (region(a) === region(b) && x > y) assert.ok(one >= other, "the order within a region");
          }
        if (placed.size > 0) assert.ok(Math.abs(sumOf(placed.values()) - 1) < 1e-9);
        assert.deepEqual(
          [...placeOnChain(all, listed.toReversed(), share)],
          [...placed],
          "one order, one result",
        );
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
        const named = rows.map((row) => row.hotkey);
        assert.equal(new Set(named).size, named.length);
        const nameless = rows.filter((row) => row.hotkey === null);
        assert.equal(nameless.length, burnt.kind === "absent" ? 1 : 0, "only an absent burn has no hotkey");
        for (const row of rows) assert.ok(Number.isInteger(row.u16) && row.u16 >= 1 && row.u16 <= 65_535);
        assert.ok(roundingError(rows) <= (rows.length + 1) / sumOf(rows.map((row) => row.u16)));
        if (burnt.kind === "none") return;
        const to = burnt.kind === "paid" ? burnt.hotkey : null;
        const burntRow = rows.find((row) => row.hotkey === to);
        assert.ok((burntRow?.weight ?? 0) >= burnt.share - 1e-9);
      }),
    );
  });
});
