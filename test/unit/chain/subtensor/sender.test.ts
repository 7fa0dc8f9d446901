import assert from "node:assert/strict";
import { test } from "node:test";
import type { BroadcastEnd } from "../../../../src/chain/subtensor/node.ts";
import { Sender } from "../../../../src/chain/subtensor/weights/sender.ts";
import type { SentExtrinsic, WeightPlan } from "../../../../src/flow/weightPlan.ts";

const extrinsic: SentExtrinsic = {
  ...{ purpose: "weights", bytes: "0x01", hash: "0xa", nonce: 3, from_block: 10, until_block: 18 },
};
const plan = { extrinsics: [extrinsic] } as unknown as WeightPlan;
const stale: BroadcastEnd = { kind: "refused", error: "Stale", isNonce: true };
const inBlock: BroadcastEnd = {
  kind: "finalized",
  block: { number: 12, hash: "0xb" },
  error: "NeuronNoValidatorPermit",
};

/** A sender whose sendings end when the test says so. */
function sending() {
  const ends: ((end: BroadcastEnd) => void)[] = [];
  const signals: AbortSignal[] = [];
  const sender = new Sender({
    broadcast: (_, signal) => {
      signals.push(signal);
      return new Promise((resolve) => ends.push(resolve));
    },
  });
  const end = async (which: number, how: BroadcastEnd): Promise<void> => {
    ends[which]?.(how);
    await new Promise(setImmediate);
  };
  return { sender, signals, end };
}

test("an extrinsic that is sent again keeps its first watch, whose block tells more than the refusal of the copy", async () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    const { sender, end } = sending();
    sender.send(extrinsic, 10);
    sender.send(extrinsic, 14);
    assert.equal(sender.sentAt(plan), 14);
    for (const which of order) await end(which, which === 0 ? inBlock : stale);
    assert.equal(sender.failureOf(plan), "NeuronNoValidatorPermit");
  }
});

test("a refusal for the nonce alone says that the extrinsic itself may have used it", async () => {
  const { sender, end } = sending();
  sender.send(extrinsic, 10);
  await end(0, { kind: "unknown", why: "the socket is gone" });
  assert.match(sender.failureOf(plan) ?? "", /without news: the socket is gone/);
  sender.send(extrinsic, 14);
  await end(1, stale);
  assert.match(sender.failureOf(plan) ?? "", /its nonce was used, by another extrinsic or by itself/);
});

test("each sending is done once, and all watches end when no block can include the extrinsic any more", async () => {
  const { sender, signals } = sending();
  const done: number[] = [];
  for (const which of [0, 1]) sender.send(extrinsic, 10 + which, () => done.push(which));
  sender.sweep(18);
  await new Promise(setImmediate);
  assert.deepEqual(done, []);
  sender.sweep(19);
  await new Promise(setImmediate);
  assert.deepEqual(done, [0, 1]);
  assert.ok(signals.every(({ aborted }) => aborted));
});

test("watches are bounded: past 16 extrinsics those of the oldest end", async () => {
  const { sender, signals } = sending();
  for (let i = 0; i < 17; i++) sender.send({ ...extrinsic, hash: `0x${i}` }, 10);
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true, ...Array(16).fill(false)],
  );
});
