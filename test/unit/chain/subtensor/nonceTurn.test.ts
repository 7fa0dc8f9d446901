import assert from "node:assert/strict";
import { test } from "node:test";
import { Publisher } from "../../../../src/chain/subtensor/publisher.ts";
import { takeNonceTurn } from "../../../../src/chain/subtensor/weights/nonceTurn.ts";
import { silentLog } from "../../../../src/core/log.ts";
import { FakeChain, hotkeyOf } from "../../../support/chain/fakeChain.ts";
import { WeightsWorld } from "../../../support/chain/weightsWorld.ts";
import { FakeClock } from "../../../support/fakeClock.ts";

test("one extrinsic of a hotkey at a time has a turn; one that is never given back ends", () => {
  const giveBack = takeNonceTurn("5Turn", 100);
  assert.notEqual(giveBack, null);
  assert.equal(takeNonceTurn("5Turn", 116), null);
  const other = takeNonceTurn("5Other", 100);
  other?.();
  const later = takeNonceTurn("5Turn", 117);
  assert.notEqual(later, null);
  giveBack?.();
  assert.equal(takeNonceTurn("5Turn", 117), null, "a turn that ended cannot give back another's");
  later?.();
  const again = takeNonceTurn("5Turn", 117);
  assert.notEqual(again, null);
  again?.();
});

test("an address is published only at the hotkey's turn, with the weights of its subnets", async () => {
  const signed: number[] = [];
  const node = {
    axonOf: async () => null,
    nextNonce: async () => 7,
    sign: async (_call: object, { nonce }: { nonce: number }) => {
      signed.push(nonce);
      return { bytes: "0x01", hash: "0x02", untilBlock: 1 };
    },
    broadcast: async () => ({ kind: "unknown", why: "test" }) as const,
  };
  const hotkey = hotkeyOf(77);
  const publisher = new Publisher(
    { address: { ip: "203.0.113.7", port: 8091 }, hotkey },
    { node, clock: new FakeClock(0), log: silentLog },
  );
  const at = { number: 100, hash: "0x03", timeMs: 0 };
  const giveBack = takeNonceTurn(hotkey, 100);
  await publisher.tick(at);
  assert.deepEqual(signed, []);
  giveBack?.();
  await publisher.tick(at);
  assert.deepEqual(signed, [7]);
  const next = takeNonceTurn(hotkey, 101);
  assert.notEqual(next, null, "given back after the broadcast");
  next?.();
});

test("validators of one process and hotkey never sign the same nonce", async () => {
  const chain = new FakeChain(1003);
  chain.settings = { ...chain.settings, rateLimit: 0 };
  const worlds = [new WeightsWorld({ chain }), new WeightsWorld({ chain })];
  for (let i = 0; i < 45; i++) {
    chain.produce();
    await Promise.all(worlds.map((world) => world.turn()));
  }
  const nonces = worlds.flatMap(({ node }) => [...node.signed.values()].map(({ nonce }) => nonce));
  assert.ok(nonces.length >= 2);
  assert.equal(new Set(nonces).size, nonces.length);
  for (const { driver } of worlds) await driver.close();
});
