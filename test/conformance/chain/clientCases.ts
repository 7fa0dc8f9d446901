import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChainDoubleOptions } from "../../support/chain/options.ts";
import { NETUID, withDouble } from "../../support/chain/withDouble.ts";

type Columns = Readonly<Record<string, readonly unknown[]>>;

/** What polkadot-api reads of a double: blocks, a subnet in one call, storage. */
export function clientCases(title: string, options: Partial<ChainDoubleOptions>): void {
  test(`${title}: the client follows finalised blocks`, async (context) => {
    const { client, double, control } = await withDouble(context, {}, options);
    const seen: number[] = [];
    const subscription = client.finalizedBlock$.subscribe(({ number }) => seen.push(number));
    context.after(() => subscription.unsubscribe());
    await client.getFinalizedBlock();
    for (let made = 0; made < 3; made++) await control({ do: "produce" });
    await waitFor(() => seen.at(-1) === double.chain.finalized.number);
    assert.deepEqual(seen, [1000, 1001, 1002, 1003]);
    assert.equal((await client.getFinalizedBlock()).hash, double.chain.finalized.hash);
    assert.equal((await client.getChainSpecData()).genesisHash, double.chain.genesis);
  });

  test(`${title}: one call tells a subnet, by columns and by rows`, async (context) => {
    const { api, alice, bob } = await withDouble(context, { rateLimit: 50 }, options);
    const metagraph = (await api.apis.SubnetInfoRuntimeApi?.get_metagraph?.(NETUID)) as Columns;
    assert.deepEqual(metagraph.hotkeys?.slice(0, 1), [alice.address]);
    assert.deepEqual(metagraph.validator_permit, [true, true, false, false, false]);
    assert.deepEqual(metagraph.total_stake?.slice(0, 2), [1_000_000_000_000n, 500_000_000_000n]);
    assert.equal(metagraph.weights_rate_limit, 50n);
    assert.equal(metagraph.block, 1000n);
    const rows = (await api.apis.NeuronInfoRuntimeApi?.get_neurons_lite?.(NETUID)) as Columns[];
    assert.equal(rows[2]?.hotkey, bob.address);
    assert.deepEqual(
      rows.map((row) => Object(row.axon_info).ip),
      [0n, 0n, 0x0a010203n, (0x20010db8n << 96n) + 7n, 0n],
    );
    assert.equal(await api.apis.SubnetInfoRuntimeApi?.get_metagraph?.(NETUID + 1), undefined);
  });

  test(`${title}: storage is read by names, defaults and entries too`, async (context) => {
    const { api, read, alice, bob, double } = await withDouble(context, {}, options);
    assert.equal(await read("Tempo", NETUID), 20);
    assert.equal(await read("Tempo", 9), 360);
    assert.equal(await read("Uids", NETUID, bob.address), 2);
    assert.equal(await read("Uids", NETUID, `5${"C".repeat(47)}`).catch(() => "refused"), "refused");
    const keys = (await api.query.SubtensorModule?.Keys?.getEntries(NETUID)) ?? [];
    assert.equal(keys.length, 5);
    assert.ok(keys.some(({ keyArgs, value }) => keyArgs[1] === 0 && value === alice.address));
    assert.equal(await api.query.System?.BlockHash?.getValue(0), double.chain.genesis);
    const now = Number(await api.query.Timestamp?.Now?.getValue());
    assert.ok(Math.abs(now - Date.now()) < 60_000);
    assert.equal(await api.apis.SubnetInfoRuntimeApi?.get_next_epoch_start_block?.(NETUID), 1020n);
  });

  test(`${title}: the best block is known before it is final`, async (context) => {
    const { client, double, control } = await withDouble(context, {}, { ...options, finalityLag: 3 });
    const best = await client.getBestBlocks();
    assert.equal(best[0]?.number, 1003);
    assert.equal(best.at(-1)?.number, 1000);
    await control({ do: "produce", blocks: 2 });
    await waitFor(async () => (await client.getFinalizedBlock()).number === 1002);
    assert.equal(double.chain.best.number, 1005);
  });
}

/** Resolves once the condition holds; a test that waits in vain is ended by the runner. */
export async function waitFor(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}
