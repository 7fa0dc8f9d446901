import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Fraction, parseFraction } from "../../../src/core/fraction.ts";
import type { DrawClass, SamplePolicy } from "../../../src/flow/draw.ts";
import { commitment } from "../../../src/sample/commitment.ts";
import { decide, isSampled, sampleKey } from "../../../src/sample/draw.ts";
import { checkFloor, rateFor, ratesOf } from "../../../src/sample/policy.ts";
import { problemOf } from "../../support/thrown.ts";

const policy: SamplePolicy = {
  lanes: { sat: "1", groth16: "20/500" },
  classes: { customer: "1", cold_start: "1/5", struck: "1/2" },
  floor: "1/100",
};
const master = Buffer.alloc(32, 7);

function fraction(text: string): Fraction {
  const parsed = parseFraction(text);
  assert.ok(parsed);
  return parsed;
}

function x64(value: bigint): Buffer {
  const x = Buffer.alloc(32, 0xff);
  x.writeBigUInt64BE(value);
  return x;
}

describe("the threshold", () => {
  it("is floor(num * 2^64 / den), exclusive", () => {
    const threshold = (20n << 64n) / 500n;
    assert.equal(isSampled(x64(threshold - 1n), fraction("20/500")), true);
    assert.equal(isSampled(x64(threshold), fraction("20/500")), false);
    assert.equal(isSampled(x64(threshold + 1n), fraction("20/500")), false);
  });

  it("samples everything at 1 and nothing at 0", () => {
    assert.equal(isSampled(x64(2n ** 64n - 1n), fraction("1")), true);
    assert.equal(isSampled(x64(0n), fraction("0")), false);
    assert.equal(isSampled(x64(0n), fraction("1/1000000000000")), true);
  });

  it("reads a decimal exactly", () => {
    for (const x of [(4n << 64n) / 100n - 1n, (4n << 64n) / 100n]) {
      assert.equal(isSampled(x64(x), fraction("0.04")), isSampled(x64(x), fraction("20/500")));
    }
  });
});

describe("the class that decides", () => {
  const rates = ratesOf(policy);
  const classOf = (lane: string, classes: DrawClass[]): string => {
    const { class: name, rate } = rateFor(rates, lane, classes);
    return `${name} ${rate.text}`;
  };

  it("is the lane's own when none applies", () => {
    assert.equal(classOf("groth16", []), "lane 20/500");
    assert.equal(classOf("groth16", ["lane"]), "lane 20/500");
  });

  it("is the one with the highest rate, in whatever order they are named", () => {
    assert.equal(classOf("groth16", ["cold_start"]), "cold_start 1/5");
    assert.equal(classOf("groth16", ["cold_start", "struck"]), "struck 1/2");
    assert.equal(classOf("groth16", ["struck", "cold_start"]), "struck 1/2");
    assert.equal(classOf("groth16", ["customer", "struck"]), "customer 1");
  });

  it("stays the lane's own when it ties, however the rates are written", () => {
    assert.equal(classOf("sat", ["customer", "struck"]), "lane 1");
    const tied = ratesOf({ ...policy, lanes: { groth16: "0.2" } });
    assert.equal(rateFor(tied, "groth16", ["cold_start"]).class, "lane");
  });

  it("never lowers a lane's rate", () => {
    const high = ratesOf({ ...policy, lanes: { groth16: "0.9" } });
    assert.equal(rateFor(high, "groth16", ["struck", "cold_start"]).rate.text, "0.9");
  });

  it("verifies in full a lane that the policy does not name", () => {
    assert.equal(classOf("new", []), "lane 1");
    assert.equal(classOf("constructor", []), "lane 1");
  });
});

describe("a draw", () => {
  const rates = ratesOf(policy);
  const facts = { epoch: 5, lane: "groth16", hotkey: "h", workId: "w", classes: [] as DrawClass[] };

  it("is the same whenever it is asked for: a retry cannot re-roll it", () => {
    const draw = decide(sampleKey(master, 5), rates, facts);
    assert.deepEqual(decide(sampleKey(master, 5), rates, facts), draw);
    assert.match(draw.x, /^[0-9a-f]{16}$/);
    assert.deepEqual([draw.epoch, draw.lane, draw.hotkey, draw.work_id], [5, "groth16", "h", "w"]);
  });

  it("depends on lane, hotkey, work id, epoch and master, each apart from its neighbour", () => {
    const k = sampleKey(master, 5);
    const xs = [
      decide(k, rates, facts),
      decide(k, rates, { ...facts, lane: "sat" }),
      decide(k, rates, { ...facts, hotkey: "hw", workId: "" }),
      decide(k, rates, { ...facts, hotkey: "", workId: "hw" }),
      decide(k, rates, { ...facts, workId: "v" }),
      decide(sampleKey(master, 6), rates, facts),
      decide(sampleKey(Buffer.alloc(32, 8), 5), rates, facts),
    ].map((draw) => draw.x);
    assert.equal(new Set(xs).size, xs.length);
  });

  it("has one x whatever the class, so that a higher rate only adds to what is sampled", () => {
    const k = sampleKey(master, 5);
    const plain = decide(k, rates, facts);
    const struck = decide(k, rates, { ...facts, classes: ["struck"] });
    assert.equal(struck.x, plain.x);
    assert.equal(struck.rate, "1/2");
  });
});

describe("the realised rate", () => {
  /** Whether it lies within five standard deviations of the design. */
  function assertBinomial(sampled: number, draws: number, rate: number): void {
    const sigma = Math.sqrt(draws * rate * (1 - rate));
    const off = Math.abs(sampled - draws * rate);
    assert.ok(off <= 5 * sigma, `${sampled} of ${draws} at ${rate}: off by ${off / sigma} sigma`);
  }
  const rates = ratesOf(policy);

  it("is the design's over 100,000 draws", () => {
    const k = sampleKey(master, 1);
    let sampled = 0;
    for (let i = 0; i < 100_000; i++) {
      const facts = { epoch: 1, lane: "groth16", hotkey: `h${i % 97}`, workId: `w${i}`, classes: [] };
      if (decide(k, rates, facts).sampled) sampled++;
    }
    assertBinomial(sampled, 100_000, 0.04);
  });

  it("does not move with the volume: a flood is sampled like a trickle, and decides nothing about others", () => {
    const k = sampleKey(master, 2);
    const draw = (hotkey: string, i: number) =>
      decide(k, rates, { epoch: 2, lane: "groth16", hotkey, workId: `w${i}`, classes: [] }).sampled;
    const quiet = Array.from({ length: 200 }, (_, i) => draw("quiet", i));
    const flood = Array.from({ length: 50_000 }, (_, i) => draw("loud", i));
    assert.deepEqual(
      Array.from({ length: 200 }, (_, i) => draw("quiet", i)),
      quiet,
    );
    for (const part of [flood.slice(0, 10_000), flood.slice(-10_000), flood]) {
      assertBinomial(part.filter(Boolean).length, part.length, 0.04);
    }
  });
});

describe("the floor", () => {
  it("is allowed itself, one below is not, and the lane is named", async () => {
    checkFloor({ ...policy, lanes: { groth16: "1/100" } });
    checkFloor({ ...policy, lanes: { groth16: "0.01" } });
    assert.deepEqual(
      await problemOf(() => checkFloor({ ...policy, lanes: { sat: "1", groth16: "99/10000" } })),
      {
        code: "rate_below_floor",
        lane: "groth16",
        rate: "99/10000",
        floor: "1/100",
      },
    );
  });

  it("holds for classes too, and names the class", async () => {
    for (const name of ["customer", "cold_start", "struck"] as const) {
      const low = { ...policy, classes: { ...policy.classes, [name]: "1/101" } };
      assert.deepEqual(await problemOf(() => checkFloor(low)), {
        code: "rate_below_floor",
        lane: `classes.${name}`,
        rate: "1/101",
        floor: "1/100",
      });
    }
  });

  it("refuses anything that is not a fraction", () => {
    assert.throws(() => checkFloor({ ...policy, lanes: { sat: "2" } }), /lanes\.sat "2"/);
  });
});

describe("a commitment", () => {
  const k = sampleKey(master, 1).export();

  it("does not depend on how the policy's keys are ordered", () => {
    const { lanes, classes, floor } = policy;
    const { customer, cold_start, struck } = classes;
    const turned = { floor, classes: { struck, cold_start, customer }, lanes: { ...lanes } };
    assert.equal(commitment(k, turned), commitment(k, policy));
    assert.match(commitment(k, policy), /^[0-9a-f]{64}$/);
  });

  it("binds the key and every rate", () => {
    const others = [
      commitment(sampleKey(master, 2).export(), policy),
      commitment(k, { ...policy, floor: "1/99" }),
      commitment(k, { ...policy, lanes: { ...policy.lanes, groth16: "0.04" } }),
      commitment(k, { ...policy, classes: { ...policy.classes, struck: "1/3" } }),
    ];
    assert.ok(!others.includes(commitment(k, policy)));
  });
});
