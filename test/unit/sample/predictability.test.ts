import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sha256 } from "../../../src/core/hash.ts";
import { encodeHotkey } from "../../../src/core/ss58.ts";
import { decide, sampleKey } from "../../../src/sample/draw.ts";
import { ratesOf } from "../../../src/sample/policy.ts";
import { refutesRate } from "../../support/sample/predictability/odds.ts";
import { served } from "../../support/sample/predictability/v8Random.ts";
import { narrowed, predict, recover } from "../../support/sample/predictability/v8RandomAttack.ts";

// A miner that sees which of its jobs were sampled, and nothing else, against two samplers of the same rate.

const RATE = 0.04;
const rates = ratesOf({
  lanes: { groth16: "20/500" },
  classes: { customer: "1", cold_start: "1/5", struck: "1/2" },
  floor: "1/100",
});

/** Decides the next job. */
type Sampler = () => boolean;

/** What must never be done. The generator itself is under attack here, so nothing may stand in for it. */
const byMathRandom: Sampler = () => Math.random() < RATE;

function ours(number: number): Sampler {
  const key = sampleKey(sha256(`master ${number}`), number);
  const hotkey = encodeHotkey(sha256(`miner ${number}`));
  let jobs = 0;
  return () => {
    const workId = `jb_${sha256(`job ${number} ${jobs++}`).toString("hex").slice(0, 32)}`;
    return decide(key, rates, { epoch: number, lane: "groth16", hotkey, workId, classes: [] }).sampled;
  };
}

const next = (sampler: Sampler, jobs: number): boolean[] => Array.from({ length: jobs }, sampler);

/** Outcomes up to and including the given number of sampled jobs. */
function watch(sampler: Sampler, hits: number): boolean[] {
  const seen: boolean[] = [];
  for (let sampled = 0; sampled < hits; ) {
    const isSampled = sampler();
    seen.push(isSampled);
    if (isSampled) sampled++;
    assert.ok(seen.length < 10_000, "a rate of 4 %");
  }
  return seen;
}

/** A miner that cheats on every job that is said to be unsampled. */
function cheat(said: readonly boolean[], truth: readonly boolean[]) {
  const count = (which: (isSaid: boolean, isSampled: boolean) => boolean): number =>
    said.filter((isSaid, job) => which(isSaid, truth[job] ?? true)).length;
  return {
    cheats: count((isSaid) => !isSaid),
    caught: count((isSaid, isSampled) => !isSaid && isSampled),
    wrong: count((isSaid, isSampled) => isSaid !== isSampled),
  };
}

/** Four equations each: 160 for 128 unknowns. */
const ENOUGH = 40;
/** 124 equations: whatever was seen, some state fits them. */
const TOO_FEW = 31;

describe("sampling by Math.random", () => {
  it("is known in advance after about 1,000 outcomes", () => {
    const seen = watch(byMathRandom, ENOUGH);
    const soon = next(byMathRandom, 3000);
    const later = next(byMathRandom, 20_000);
    const belief = recover(seen, RATE, ENOUGH);
    assert.equal(belief.agrees, seen.length, "everything seen is explained");

    const first = cheat(predict(belief, RATE, seen.length, seen.length + soon.length), soon);
    assert.equal(first.caught, 0);
    assert.ok(first.wrong <= 60, `${first.wrong} of 3,000 predictions wrong`);

    const narrow = narrowed(belief, RATE, seen.length, soon);
    const from = seen.length + soon.length;
    const second = cheat(predict(narrow, RATE, from, from + later.length), later);
    assert.equal(second.caught, 0);
    assert.ok(second.cheats > 0.95 * later.length, `${second.cheats} cheats in 20,000 jobs`);
  });

  it("comes from the generator that the attack takes it for, number by number", () => {
    const numbers = Array.from({ length: 4000 }, () => Math.random());
    const seen = numbers.map((number) => number < RATE);
    const belief = recover(seen, RATE, ENOUGH);
    const right = belief.candidates.filter(({ state, offset }) => {
      const said = served(state, offset, offset + numbers.length);
      return numbers.every((number, at) => Math.abs(number - (said[at] ?? 1)) < 2 ** -51);
    });
    assert.equal(right.length, 1);
  });

  it("falls to too few equations as well: what was not sampled decides between the states that are left", () => {
    const seen = watch(byMathRandom, ENOUGH);
    const coming = next(byMathRandom, 10_000);
    const belief = recover(seen, RATE, TOO_FEW);
    const { caught, cheats } = cheat(predict(belief, RATE, seen.length, seen.length + coming.length), coming);
    assert.ok(refutesRate(caught, cheats, RATE), `${caught} of ${cheats} cheats caught`);
  });
});

describe("our sampling", () => {
  const validators = Array.from({ length: 4 }, (_, number) => number);

  it("is explained by no state of such a generator", () => {
    for (const number of validators) {
      const belief = recover(watch(ours(number), ENOUGH), RATE, ENOUGH);
      assert.deepEqual(belief.candidates, [], `validator ${number}`);
    }
  });

  it("is as good as chance to the state that fits best", () => {
    for (const number of validators) {
      const sampler = ours(number);
      const seen = watch(sampler, ENOUGH);
      const coming = next(sampler, 10_000);
      const belief = recover(seen, RATE, TOO_FEW);
      assert.ok(belief.candidates.length > 0 && belief.agrees < seen.length);
      const said = predict(belief, RATE, seen.length, seen.length + coming.length);
      const { cheats, caught } = cheat(said, coming);
      const wrongly = coming.filter(Boolean).length - caught;
      assert.ok(cheats > 5000, `${cheats} cheats`);
      assert.ok(!refutesRate(caught, cheats, RATE), `${caught} of ${cheats} cheats caught`);
      const feared = coming.length - cheats;
      assert.ok(!refutesRate(wrongly, feared, RATE), `${wrongly} of ${feared} feared jobs sampled`);
    }
  });
});
