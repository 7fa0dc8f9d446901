import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { generatePrivateJwk, makeSigner } from "../../../../src/core/ed25519.ts";
import { checkSignature, epochOfChallenge, readReceipt } from "../../../../web/audit/receipt.ts";
import { submissionLife } from "../../../../web/read/submissionLife.ts";
import { receipt as unsigned } from "../../../support/http/server.ts";

const signer = makeSigner(generatePrivateJwk());
const stranger = makeSigner(generatePrivateJwk());

function signed(change: object = {}): typeof unsigned {
  const { signature: _, ...rest } = { ...unsigned, ...change };
  return { ...rest, signature: signer.signDocument(rest) };
}

const jwks = { keys: [stranger.jwk, signer.jwk] };

describe("a receipt that is pasted", () => {
  it("is read, and refused by the member that is wrong", () => {
    const receipt = signed();
    assert.deepEqual(readReceipt(` ${JSON.stringify(receipt, null, 2)}\n`), receipt);
    assert.throws(() => readReceipt("rc_1"), /not JSON/);
    for (const [member, value] of [
      ["receipt_id", "rc_1"],
      ["state", "done"],
      ["hotkey", 1],
      ["received_at", null],
      ["verdict", { outcome: 1 }],
      ["weight", "1"],
      ["signature", undefined],
    ] as const)
      assert.throws(
        () => readReceipt(JSON.stringify({ ...receipt, [member]: value })),
        new RegExp(`member ${member}`),
      );
    for (const text of ["null", "[]", "1"]) assert.throws(() => readReceipt(text), TypeError);
  });

  it("is signed by a key of the validator, over all its members", async () => {
    const receipt = signed({ state: "accepted", verdict: { outcome: "valid" }, weight: 1 });
    assert.deepEqual(await checkSignature(crypto.subtle, jwks, receipt), {
      kind: "signed",
      keyId: signer.kid,
    });
    for (const change of [
      { weight: 2 },
      { state: "rejected" },
      { more: 1 },
      { signature: "AAAA" },
      { signature: "" },
    ])
      assert.deepEqual(await checkSignature(crypto.subtle, jwks, { ...receipt, ...change }), {
        kind: "forged",
      });
    assert.deepEqual(await checkSignature(crypto.subtle, { keys: [stranger.jwk] }, receipt), {
      kind: "forged",
    });
  });

  it("is neither signed nor forged where signatures cannot be checked", async () => {
    const check = await checkSignature(undefined, jwks, signed());
    assert.equal(check.kind, "unchecked");
    await assert.rejects(checkSignature(crypto.subtle, {}, signed()), TypeError);
  });
});

it("the epoch of a challenge is in its id", () => {
  assert.equal(epochOfChallenge(`pm-t1-e498698-${"a".repeat(24)}`), 498_698);
  for (const id of ["", "pm-t1-e-aa", `pm-t1-e1-${"A".repeat(24)}`]) assert.equal(epochOfChallenge(id), null);
});

describe("the life of a submission", () => {
  const states = (change: object, decidedAt: number | null = null) =>
    submissionLife(readReceipt(JSON.stringify(signed(change))), decidedAt).map(({ state }) => state);

  it("has one step that is under way until it is decided", () => {
    assert.deepEqual(states({ state: "pending" }), ["done", "now", "ahead"]);
    assert.deepEqual(states({ state: "verifying" }), ["done", "now", "ahead"]);
    for (const state of ["accepted", "rejected", "void"])
      assert.deepEqual(states({ state }, 5), ["done", "done", "done"]);
  });

  it("tells the same of an answer that waits and one that is being checked", () => {
    const [waiting, checked] = ["pending", "verifying"].map((state) =>
      submissionLife(readReceipt(JSON.stringify(signed({ state }))), null),
    );
    assert.deepEqual(waiting, checked);
  });

  it("says why it ended, what it weighs, and when, if that is known", () => {
    const end = (change: object, at: number | null) =>
      submissionLife(readReceipt(JSON.stringify(signed(change))), at).at(-1);
    assert.deepEqual(end({ state: "accepted", weight: 2 }, 9), {
      ...{ name: "accepted", state: "done", at: 9 },
      text: "The answer was accepted, and weighs 2.",
    });
    const verdict = { outcome: "invalid", code: "solution_unsatisfied" };
    assert.match(end({ state: "rejected", verdict }, null)?.text ?? "", /wrong: solution_unsatisfied\.$/);
    assert.match(end({ state: "void" }, null)?.text ?? "", /nobody's fault/);
  });
});
