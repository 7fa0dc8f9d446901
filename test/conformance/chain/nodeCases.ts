import assert from "node:assert/strict";
import { test } from "node:test";
import { askNode } from "../../support/chain/askNode.ts";
import type { ChainDoubleOptions } from "../../support/chain/options.ts";
import { NETUID, withDouble } from "../../support/chain/withDouble.ts";
import { waitFor } from "./clientCases.ts";

const vector = { netuid: NETUID, dests: [1, 3], weights: [1, 3], version_key: 0n };
const plain = { commitReveal: false, rateLimit: 0 };

type Columns = Readonly<Record<string, readonly unknown[]>>;

/** Branches, upgrades and nodes that differ. */
export function nodeCases(title: string, options: Partial<ChainDoubleOptions>): void {
  test(`${title}: what a reorganisation drops goes back into the pool, or is gone`, async (context) => {
    const { call, alice, read, double, control, client } = await withDouble(context, plain, {
      ...options,
      finalityLag: 4,
    });
    const bytes = await call("set_weights", vector).sign(alice.signer, { nonce: 0 });
    double.chain.submit(`0x${Buffer.from(bytes).toString("hex")}`);
    await control({ do: "produce", blocks: 2 });
    const before = double.chain.best;
    await waitFor(async () => (await client.getBestBlocks())[0]?.hash === before.hash);
    assert.deepEqual(await read("Weights", NETUID, 0), [
      [1, 21845],
      [3, 65535],
    ]);
    await control({ do: "reorganize", depth: 2 });
    await waitFor(async () => (await client.getBestBlocks())[0]?.number === before.number + 1);
    assert.deepEqual(await read("Weights", NETUID, 0), []);
    assert.equal(double.chain.pool.size, 1);
    await control({ do: "produce" });
    await waitFor(async () => (await client.getBestBlocks())[0]?.number === before.number + 2);
    assert.equal(((await read("Weights", NETUID, 0)) as unknown[]).length, 2);
    await control({ do: "reorganize", depth: 2, keepsExtrinsics: false });
    assert.equal(double.chain.pool.size, 0);
    await assert.rejects(control({ do: "reorganize", depth: 9 }), /finalised/);
  });

  test(`${title}: an upgrade brings another member, or takes a call away`, async (context) => {
    const { api, control, client, call, alice, whileBlocks } = await withDouble(context, plain, options);
    const metagraph = async () => (await api.apis.SubnetInfoRuntimeApi?.get_metagraph?.(NETUID)) as Columns;
    assert.equal("novelty" in (await metagraph()), false);
    await control({ do: "upgrade", upgrade: { addField: "novelty", removeCall: "set_mechanism_weights" } });
    await control({ do: "produce", blocks: 4 });
    await waitFor(async () => (await client.getFinalizedBlock()).number === 1004);
    const after = await metagraph();
    assert.deepEqual([after.novelty, after.tempo, after.hotkeys?.length], [0, 20, 5]);
    const missing = call("set_mechanism_weights", { ...vector, mecid: 0 }).signAndSubmit(alice.signer);
    await assert.rejects(whileBlocks(missing), /set_mechanism_weights\) not found/);
    const set = await whileBlocks(call("set_weights", vector).signAndSubmit(alice.signer));
    assert.ok(set.ok, "signed for the new version");
  });

  test(`${title}: endpoints serve one chain, until one of them disagrees or lags`, async (context) => {
    const { double, control } = await withDouble(context, plain, { ...options, endpoints: 2 });
    const urls = double.endpoints.map(({ url }) => url);
    const hashes = () => Promise.all(urls.map((url) => askNode<string>(url, "chain_getBlockHash", [1002])));
    const heights = () => double.endpoints.map(({ view }) => view.finalized.number);
    await control({ do: "produce", blocks: 2 });
    const [one, two] = await hashes();
    assert.equal(one, two);
    await control({ do: "faults", endpoint: 1, set: { lag: "finality" } });
    await control({ do: "produce", blocks: 2 });
    assert.deepEqual(heights(), [1004, 1002]);
    assert.equal(double.endpoints[1]?.view.best.number, double.chain.best.number);
    await control({ do: "healthy", endpoint: 1 });
    assert.deepEqual(heights(), [1004, 1004]);
    await control({ do: "disagree", endpoint: 1, depth: 3 });
    const [mine, theirs] = await hashes();
    assert.equal(mine, one);
    assert.ok(theirs !== mine && theirs?.length === 66);
    await control({ do: "produce" });
    assert.deepEqual(heights(), [1005, 1005]);
    await control({ do: "agree", endpoint: 1 });
    assert.deepEqual(await hashes(), [one, one]);
  });

  test(`${title}: a damaged metagraph is told as it is asked for`, async (context) => {
    const { api, control, client, double } = await withDouble(context, plain, options);
    const lengths = async () => {
      await control({ do: "produce" });
      await waitFor(async () => (await client.getFinalizedBlock()).hash === double.chain.finalized.hash);
      const told = (await api.apis.SubnetInfoRuntimeApi?.get_metagraph?.(NETUID)) as Columns;
      return [told.hotkeys?.length, told.validator_permit?.length, told.num_uids];
    };
    assert.deepEqual(await lengths(), [5, 5, 5]);
    await control({ do: "faults", set: { metagraph: "torn" } });
    assert.deepEqual(await lengths(), [5, 4, 5]);
    await control({ do: "faults", set: { metagraph: "empty" } });
    assert.deepEqual(await lengths(), [0, 0, 0]);
    await control({ do: "faults", set: { metagraph: "shrunk" } });
    assert.deepEqual(await lengths(), [1, 1, 1]);
  });
}
