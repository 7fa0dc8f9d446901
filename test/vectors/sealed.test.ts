import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseChallengeId } from "../../src/challenge/id.ts";
import { makeSealed } from "../../src/challenge/sealed.ts";

interface SealedVector {
  hotkey: string;
  epoch: number;
  tier: number;
  seq: number;
  challenge_id: string;
  seed: string;
}

const golden = JSON.parse(readFileSync(new URL("./sealed.json", import.meta.url), "utf8")) as {
  master_utf8: string;
  vectors: SealedVector[];
};
const scheme = makeSealed(Buffer.from(golden.master_utf8));
assert.ok(golden.vectors.length > 0);

for (const { hotkey, epoch, tier, seq, challenge_id, seed } of golden.vectors) {
  test(`sealed id and seed of tier ${tier}, epoch ${epoch}, seq ${seq}`, () => {
    assert.deepEqual(scheme.issue(hotkey, epoch, tier, seq), {
      challengeId: challenge_id,
      seed: BigInt(seed),
    });
    const id = parseChallengeId(challenge_id);
    assert.ok(id);
    assert.equal(scheme.recover(id, hotkey, 10_000), seq);
    assert.equal(scheme.recover(id, hotkey, seq + 1), seq);
    assert.equal(scheme.recover(id, hotkey, seq), null);
  });
}
