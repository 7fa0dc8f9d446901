import assert from "node:assert/strict";
import { test } from "node:test";
import { getPolkadotSigner } from "polkadot-api/signer";
import { toHex } from "polkadot-api/utils";
import type { ChainDoubleOptions } from "../../support/chain/options.ts";
import { type DoubleSetting, NETUID, withDouble } from "../../support/chain/withDouble.ts";

const vector = { netuid: NETUID, dests: [1, 3], weights: [1, 3], version_key: 0n };
const subnet = { commitReveal: false, rateLimit: 0 };

/** What a pool says to bytes: their hash, or the refusal. */
async function submit({ client }: DoubleSetting, bytes: Uint8Array): Promise<string> {
  try {
    return `taken ${String(await client._request("author_submitExtrinsic", [toHex(bytes)])).length}`;
  } catch (error) {
    const { message, data } = error as Error & { data?: unknown };
    return data === undefined ? message : `${message}: ${data}`;
  }
}

/** What a double does with extrinsics before any call is run. */
export function extrinsicCases(title: string, options: Partial<ChainDoubleOptions>): void {
  test(`${title}: a nonce is used once, in order`, async (context) => {
    const setting = await withDouble(context, subnet, options);
    const { call, alice, client, double } = setting;
    const sign = (nonce: number, weights = [1, 3]) =>
      call("set_weights", { ...vector, weights }).sign(alice.signer, { nonce });
    assert.equal(await submit(setting, await sign(1)), "taken 66");
    double.produce();
    assert.equal(double.chain.pool.size, 1, "it waits for the one before it");
    assert.equal(await submit(setting, await sign(0)), "taken 66");
    assert.equal(await submit(setting, await sign(0, [3, 1])), "Priority is too low: (1 vs 1)");
    assert.equal(await client._request("system_accountNextIndex", [alice.address]), 2);
    double.produce();
    assert.equal(double.chain.best.body.length, 3);
    assert.equal(await submit(setting, await sign(0)), "Invalid Transaction: Transaction is outdated");
    assert.equal(await client._request("system_accountNextIndex", [alice.address]), 2);
  });

  test(`${title}: a signature counts for one genesis, one version and its bytes`, async (context) => {
    const setting = await withDouble(context, subnet, options);
    const { call, alice, bob } = setting;
    const bad = "Invalid Transaction: Transaction has a bad signature";
    const set = call("set_weights", vector);
    const forged = getPolkadotSigner(alice.publicKey, "Sr25519", async () => new Uint8Array(64).fill(0x80));
    assert.equal(await submit(setting, await set.sign(forged, { nonce: 0 })), bad);
    const bytes = await set.sign(bob.signer, { nonce: 0 });
    bytes[bytes.length - 1] = 1;
    assert.equal(await submit(setting, bytes), bad);
    assert.equal(await submit(setting, Uint8Array.from([4, 1])), "Invalid Transaction: Call");
    await setting.control({ do: "upgrade", upgrade: {} });
    const old = await set.sign(alice.signer, { nonce: 0 });
    await setting.control({ do: "produce" });
    assert.equal(await submit(setting, old), bad, "the version is part of what was signed");
  });

  test(`${title}: a mortal extrinsic ends with its era, an immortal one does not`, async (context) => {
    const setting = await withDouble(context, subnet, options);
    const { call, alice, double, advanceTo } = setting;
    const mortal = await call("set_weights", vector).sign(alice.signer, {
      nonce: 0,
      mortality: { mortal: true, period: 8 },
    });
    const immortal = await call("set_weights", vector).sign(alice.signer, {
      nonce: 0,
      mortality: { mortal: false },
    });
    await advanceTo(1006);
    assert.equal(await submit(setting, mortal), "taken 66");
    await setting.control({ do: "clearPool" });
    await advanceTo(1008);
    assert.equal(await submit(setting, mortal), "Invalid Transaction: Transaction has a bad signature");
    assert.equal(await submit(setting, immortal), "taken 66");
    await advanceTo(1009);
    assert.equal(double.chain.pool.size, 0);
  });
}
