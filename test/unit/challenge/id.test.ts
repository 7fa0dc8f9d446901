import assert from "node:assert/strict";
import { test } from "node:test";
import { formatChallengeId, parseChallengeId } from "../../../src/challenge/id.ts";

const token = "73fe0c8269fb011c40cb8362";

test("a well-formed id has its parts", () => {
  const text = `pm-t1-e498698-${token}`;
  assert.deepEqual(parseChallengeId(text), { id: text, tier: 1, epoch: 498698, token });
});

test("tier and epoch reach their bounds and no further", () => {
  assert.equal(parseChallengeId(`pm-t0-e0-${token}`)?.tier, 0);
  assert.equal(parseChallengeId(`pm-t4294967295-e1-${token}`)?.tier, 4_294_967_295);
  assert.equal(parseChallengeId(`pm-t4294967296-e1-${token}`), null);
  assert.equal(parseChallengeId(`pm-t1-e9007199254740991-${token}`)?.epoch, Number.MAX_SAFE_INTEGER);
  assert.equal(parseChallengeId(`pm-t1-e9007199254740992-${token}`), null);
});

const malformed = [
  "",
  "pm",
  `pm-t1-e1-${token.slice(1)}`,
  `pm-t1-e1-${token}0`,
  `pm-t1-e1-${token.toUpperCase()}`,
  `pm-t01-e1-${token}`,
  `pm-t1-e00-${token}`,
  `pm-t1-e01-${token}`,
  `pm-t-e1-${token}`,
  `pm-t1-e-${token}`,
  `pm-t-1-e1-${token}`,
  `pm-t1-e+1-${token}`,
  `pm-t1-e1.0-${token}`,
  `pm-t1e1-${token}`,
  `PM-t1-e1-${token}`,
  ` pm-t1-e1-${token}`,
  `pm-t1-e1-${token}\n`,
  `pm-t1-e1-${token} `,
  `pm-t1-e1-${token}\0`,
  `pm-t1-e\u0661-${token}`,
  `pm-t1-e1-${token.slice(1)}g`,
  `pm-t99999999999-e1-${token}`,
  `pm-t1-e${"9".repeat(400)}-${token}`,
];
for (const text of malformed) {
  test(`not an id: ${JSON.stringify(text.slice(0, 60))}`, () => assert.equal(parseChallengeId(text), null));
}

test("formatting refuses parts that parsing would refuse", () => {
  assert.throws(() => formatChallengeId(-1, 0, token), RangeError);
  assert.throws(() => formatChallengeId(4_294_967_296, 0, token), RangeError);
  assert.throws(() => formatChallengeId(1.5, 0, token), RangeError);
  assert.throws(() => formatChallengeId(1, -1, token), RangeError);
  assert.throws(() => formatChallengeId(1, 2 ** 53, token), RangeError);
  assert.throws(() => formatChallengeId(1, 1, token.toUpperCase()), RangeError);
  assert.throws(() => formatChallengeId(1, 1, token.slice(2)), RangeError);
});
