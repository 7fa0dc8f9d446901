import assert from "node:assert/strict";
import { test } from "node:test";
import type { WeightLimits } from "../../../../src/chain/subtensor/node.ts";
import {
  type CheckedWeights,
  checkReveal,
  checkWeights,
} from "../../../../src/chain/subtensor/weights/check.ts";

const limits: WeightLimits = {
  ...{ mechanisms: 1, neurons: 4, uid: 0, permit: true, isOwner: false, stake: 10, stakeThreshold: 10 },
  ...{ versionKey: 3, rateLimit: 100, lastUpdate: 900, minWeights: 2, commitReveal: true },
  ...{ commitRevealVersion: 4, revealPeriodEpochs: 1 },
};

function checked(change: Partial<WeightLimits> = {}, rest: Partial<CheckedWeights> = {}): CheckedWeights {
  return {
    limits: { ...limits, ...change },
    ...{ mechanism: 0, block: 1000, nextEpoch: 1020, versionKey: 3, uids: [1, 2], ...rest },
  };
}

test("what the chain takes is not refused, at the bound of each rule", () => {
  for (const good of [
    checked(),
    checked({ lastUpdate: 0 }),
    checked({ permit: false, stake: 0, isOwner: true }),
    checked({ versionKey: 0 }, { versionKey: 0 }),
    checked({ minWeights: 1024, neurons: 2 }, { uids: [0, 1] }),
    checked({ mechanisms: 2 }, { mechanism: 1 }),
  ])
    assert.equal(checkWeights(good, "timelocked", 9), null);
  assert.equal(checkWeights(checked({ commitRevealVersion: 5 }), "commit", 0), null, "a hash has no version");
  assert.equal(checkWeights(checked(), "set", 99), null, "commits are counted for commits alone");
});

/** One past each bound: what is said, and the block to try again. */
const refused: readonly [string, CheckedWeights, RegExp, number | null][] = [
  ["no mechanism", checked({}, { mechanism: 1 }), /mechanism 1 does not exist/, null],
  ["more than uids", checked({ neurons: 1 }), /2 weights are more than the subnet's 1 uids/, null],
  ["no uid", checked({ uid: null }), /not registered/, null],
  ["stake", checked({ stake: 9.99 }), /stake .* 9\.99, below .* 10/, null],
  ["version key", checked({ versionKey: 4 }), /version key 4, and 3 is lower/, null],
  ["rate limit", checked({ lastUpdate: 901 }), /in block 901, .* 100 blocks later/, 1001],
  ["permit", checked({ permit: false }), /no validator permit/, 1020],
  ["a uid twice", checked({}, { uids: [1, 1] }), /two weights/, null],
  ["unknown uid", checked({}, { uids: [1, 4] }), /uid 4 does not exist/, null],
  ["few weights", checked({ minWeights: 3 }), /no fewer than 3 weights, and these are 2/, null],
];

for (const [name, weights, text, retryAt] of refused)
  test(`a refusal names the rule and the block: ${name}`, () => {
    const found = checkWeights(weights, "timelocked", 0);
    assert.match(found?.text ?? "", text);
    assert.equal(found?.retryAt, retryAt);
    const reveal = checkReveal(weights);
    if (name === "rate limit") assert.equal(reveal, null, "a reveal has no rate limit");
    else assert.match(reveal?.text ?? "", text);
  });

test("a commit is refused at ten open ones, and a timelocked one of another version", () => {
  const many = checkWeights(checked(), "commit", 10);
  assert.match(many?.text ?? "", /10 commits .* are open/);
  assert.equal(many?.retryAt, 1020);
  for (const commitRevealVersion of [3, 5])
    assert.match(
      checkWeights(checked({ commitRevealVersion }), "timelocked", 0)?.text ?? "",
      new RegExp(`version ${commitRevealVersion}`),
    );
});
