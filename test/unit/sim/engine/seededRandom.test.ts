import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { drawLength, SeededRandom } from "../../../../sim/engine/seededRandom.ts";
import { measuredAs } from "../../../support/figures.ts";

const hex = (random: SeededRandom, count = 20): string => Buffer.from(random.bytes(count)).toString("hex");

describe("chance of a seed", () => {
  // Worked out apart from this code: sfc32 begun with the first word of SHA-256("seed name"), its words big-endian.
  for (const [seed, name, bytes] of [
    [1, "", "41097a666f93bf2bbfb87f466d57c474632901ea"],
    [1, "miner honest 1", "ee1fedab19ed6a5eaa6d7d00d8c6607c582be953"],
    [2, "", "4052aee8913d3154e20e297ddf02fffca82926ec"],
  ] as const)
    it(`gives ${seed} "${name}" the same bytes on every machine`, () => {
      const random = new SeededRandom(seed);
      assert.equal(hex(name === "" ? random : random.of(name)), bytes);
    });

  it("gives the same numbers again, and others to another seed and to another name", () => {
    const of = (seed: number, name: string): string => hex(new SeededRandom(seed).of(name), 64);
    assert.equal(of(1, "a"), of(1, "a"));
    assert.equal(
      new Set([of(1, "a"), of(2, "a"), of(1, "b"), of(1, "a/b"), hex(new SeededRandom(1), 64)]).size,
      5,
    );
    const nested = new SeededRandom(1).of("a").of("b");
    assert.equal(hex(nested, 64), hex(new SeededRandom(1).of("a").of("b"), 64));
  });

  it("has names that do not touch each other", () => {
    const quiet = new SeededRandom(7);
    const busy = new SeededRandom(7);
    busy.bytes(1000);
    busy.of("other").bytes(1000);
    const own = busy.of("own");
    busy.of("own").bytes(1000);
    assert.equal(hex(own, 64), hex(quiet.of("own"), 64));
  });

  it("gives as many bytes as are asked for, a word at a time", () => {
    const whole = hex(new SeededRandom(3), 12);
    for (const count of [0, 1, 3, 4, 5, 11])
      assert.equal(hex(new SeededRandom(3), count), whole.slice(0, 2 * count));
    const again = new SeededRandom(3);
    assert.equal(hex(again, 5) + hex(again, 4), whole.slice(0, 10) + whole.slice(16));
  });

  it("gives names of 32 hex digits, each another one", () => {
    const random = new SeededRandom(1);
    const names = Array.from({ length: 100 }, () => random.uuid());
    assert.ok(names.every((name) => /^[0-9a-f]{32}$/.test(name)));
    assert.equal(new Set(names).size, 100);
  });
});

describe("a length by a law", () => {
  const unit = new SeededRandom(11).unit;
  const of = (law: Parameters<typeof drawLength>[0]): number[] =>
    Array.from({ length: 20_000 }, () => drawLength(law, unit));

  it("is what it is", () => {
    assert.equal(drawLength(1234.5, unit), 1234.5);
  });

  it("is never below min, and mean on average", () => {
    const lengths = of({ min: 300, mean: 1000 });
    assert.ok(Math.min(...lengths) >= 300);
    measuredAs(1000, lengths);
    // Of an exponential law, 1 / e is above its mean.
    const above = lengths.filter((length) => length > 1000).length / lengths.length;
    assert.ok(Math.abs(above - Math.exp(-1)) < 0.02, String(above));
  });

  it("is anywhere from low to high alike", () => {
    const lengths = of({ low: 100, high: 200 });
    assert.ok(lengths.every((length) => length >= 100 && length < 200));
    measuredAs(150, lengths);
    assert.ok(Math.min(...lengths) < 101 && Math.max(...lengths) > 199);
    assert.equal(drawLength({ low: 5, high: 5 }, unit), 5);
    assert.equal(drawLength({ min: 5, mean: 5 }, unit), 5);
  });
});
