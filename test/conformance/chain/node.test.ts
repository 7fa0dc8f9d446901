import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type TestContext, test } from "node:test";
import { registrationPattern } from "../../../src/chain/subtensor/follow/registrations.ts";
import type { ChainDoubleOptions } from "../../support/chain/options.ts";
import { doubleFor, keys, NETUID, neurons, noWeights, openedOn } from "../../support/chainClient/opened.ts";
import { until } from "../../support/until.ts";

// What a node is asked, once on metadata of our own and once on a real runtime's, where that stands beside the checkout.

const realMetadata =
  process.env.ASSAY_SUBTENSOR_METADATA ??
  resolve(import.meta.dirname, "../../../../shared/vectors/subtensor-metadata-424.scale");
const metadatas: Record<string, Partial<ChainDoubleOptions>> = {
  "metadata of our own": {},
  ...(existsSync(realMetadata) ? { "real metadata": { metadata: realMetadata } } : {}),
};

async function opened(t: TestContext, options: Partial<ChainDoubleOptions>) {
  const double = await doubleFor(t, options);
  return { double, ...(await openedOn(t, double.urls)) };
}

for (const [name, options] of Object.entries(metadatas)) {
  test(`limits, schedule and stored weights are read at one block (${name})`, async (t) => {
    const { node } = await opened(t, options);
    const at = node.finalized() ?? assert.fail("no block");
    assert.deepEqual(await node.limits(at, keys.alice.hotkey), {
      ...{ mechanisms: 1, neurons: 3, uid: 0, permit: true, isOwner: false, stake: 1000, stakeThreshold: 0 },
      ...{ versionKey: 0, rateLimit: 0, lastUpdate: 0, minWeights: 1, commitReveal: false },
      ...{ commitRevealVersion: 4, revealPeriodEpochs: 1 },
    });
    assert.equal((await node.limits(at, keys.dave.hotkey)).uid, null);
    const { block, tempo, revealPeriodEpochs } = await node.schedule(at);
    assert.deepEqual([block, tempo, revealPeriodEpochs], [at.number, 1000, 1]);
    assert.deepEqual(await node.weightsOf(at, 0), []);
    assert.deepEqual(await node.hashCommits(at, keys.alice.hotkey), []);
    assert.deepEqual(await node.timelockedCommits(at, keys.alice.hotkey, 0), []);
    assert.equal(await node.pulse(at, 1_000_000), null);
    assert.equal(typeof (await node.lastPulseRound(at)), "number");
    assert.equal(await node.axonOf(at, keys.alice.hotkey), null);
    assert.deepEqual(await node.axonOf(at, keys.bob.hotkey), { ip: "192.0.2.1", port: 4711 });
  });

  test(`weights are signed, sent, finalised and read back, and a used nonce is refused by name (${name})`, async (t) => {
    const { node } = await opened(t, options);
    const { signal } = new AbortController();
    const call = { kind: "set", uids: [1, 2], values: [65_535, 100], versionKey: 0 } as const;
    const nonce = await node.nextNonce();
    const at = node.finalized() ?? assert.fail("no block");
    const signed = await node.sign(call, { nonce, at, blocks: 16 });
    assert.match(signed.hash, /^0x[0-9a-f]{64}$/);
    assert.equal(signed.untilBlock, at.number + 15);
    const end = await node.broadcast(signed.bytes, signal);
    if (end.kind !== "finalized") return assert.fail(JSON.stringify(end));
    assert.equal(end.error, null);
    assert.deepEqual(await node.weightsOf(end.block, 0), [
      { uid: 1, u16: 65_535 },
      { uid: 2, u16: 100 },
    ]);
    assert.equal(await node.nextNonce(), nonce + 1);
    const again = await node.sign(call, { nonce, at: end.block, blocks: 16 });
    assert.deepEqual(await node.broadcast(again.bytes, signal), {
      ...{ kind: "refused", error: "Stale", isNonce: true },
    });
    const unknown = await node.sign(
      { kind: "set", uids: [9], values: [1], versionKey: 0 },
      { nonce: nonce + 1, at: end.block, blocks: 16 },
    );
    const failed = await node.broadcast(unknown.bytes, signal);
    assert.match(JSON.stringify(failed), /Uid/);
  });
}

test("a watch that is stopped says nothing of the chain", async (t) => {
  const { node, double } = await opened(t, {});
  await double.control({ do: "faults", set: { dropExtrinsics: true } });
  const at = node.finalized() ?? assert.fail("no block");
  const call = { kind: "set", uids: [1], values: [1], versionKey: 0 } as const;
  const { bytes } = await node.sign(call, { nonce: await node.nextNonce(), at, blocks: 16 });
  const stop = new AbortController();
  const watching = node.broadcast(bytes, stop.signal);
  setTimeout(() => stop.abort(), 300);
  assert.equal((await watching).kind, "unknown");
});

test("an address is published once, and again only where the chain has another one", async (t) => {
  const double = await doubleFor(t);
  const publish = { ip: "198.51.100.7", port: 8420 };
  const first = await openedOn(t, double.urls, { publish });
  await until(() => first.has("address_published") || first.has("address_not_published"));
  assert.ok(first.has("address_published"), JSON.stringify(first.lines.at(-1)));
  await until(() => first.node.finalized() !== null);
  const nonce = await first.node.nextNonce();
  const second = await openedOn(t, double.urls, { publish });
  const before = second.chain.block() ?? 0;
  await until(() => (second.chain.block() ?? 0) > before + 5);
  assert.equal(second.has("address_published"), false);
  assert.equal(await second.node.nextNonce(), nonce);
});

test("an address that does not get through keeps no weights waiting, and another one on the chain is replaced", async (t) => {
  const subnets = [{ netuid: NETUID, neurons, tempo: 1000, servingRateLimit: 0 }];
  const double = await doubleFor(t, { subnets });
  await double.control({ do: "faults", set: { dropExtrinsics: true } });
  let ticks = 0;
  const held = await openedOn(t, double.urls, {
    publish: { ip: "198.51.100.7", port: 8420 },
    weights: () => ({
      ...noWeights(),
      tick: async () => {
        ticks++;
      },
    }),
  });
  await until(() => ticks > 4);
  assert.equal(held.has("address_not_published"), false, "it is still watched");
  await held.chain.close();
  await double.control({ do: "healthy" });
  for (const ip of ["198.51.100.8", "2001:db8::7"]) {
    const { chain, node, has } = await openedOn(t, double.urls, { publish: { ip, port: 8421 } });
    await until(() => has("address_published") || has("address_not_published"));
    assert.ok(has("address_published"), ip);
    const at = node.finalized() ?? assert.fail("no block");
    assert.deepEqual(await node.axonOf(at, keys.alice.hotkey), { ip, port: 8421 });
    await chain.close();
  }
});

if (existsSync(realMetadata))
  test("the event of a registration is known in a real runtime by its bytes", () => {
    assert.equal(registrationPattern(readFileSync(realMetadata), 0x0102), "07060201");
  });
