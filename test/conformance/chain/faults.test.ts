import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { toHex } from "polkadot-api/utils";
import { WebSocket } from "ws";
import { askNode } from "../../support/chain/askNode.ts";
import { CONTROL_METHOD } from "../../support/chain/rpc/connection.ts";
import type { Faults } from "../../support/chain/rpc/faults.ts";
import { startChainDouble } from "../../support/chain/startChainDouble.ts";
import { fiveNeurons, NETUID, withDouble } from "../../support/chain/withDouble.ts";

const plain = { commitReveal: false, rateLimit: 0 };
const vector = { netuid: NETUID, dests: [1, 3], weights: [1, 3], version_key: 0n };
const netuidHex = "0x0700";

async function withFault(context: TestContext, set: Partial<Faults>) {
  const setting = await withDouble(context, plain);
  await setting.client.getFinalizedBlock();
  await setting.control({ do: "faults", set });
  return setting;
}

async function answers(url: string, ms = 10_000): Promise<boolean> {
  return askNode(url, "system_health", [], ms).then(
    () => true,
    () => false,
  );
}

test("a silent node keeps its sockets and says nothing, until it is well again", async (context) => {
  const { url, double, control, client } = await withFault(context, { silent: true });
  assert.equal(await answers(url, 300), false);
  const seen: number[] = [];
  const subscription = client.finalizedBlock$.subscribe(({ number }) => seen.push(number));
  context.after(() => subscription.unsubscribe());
  await control({ do: "produce", blocks: 2 });
  assert.notEqual(double.endpoints[0]?.connections, 0);
  assert.deepEqual(seen, [1000]);
  await control({ do: "healthy" });
  while (seen.at(-1) !== 1002) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(await answers(url), true);
});

test("a half-open node does not even answer a ping", async (context) => {
  const { url, control } = await withDouble(context, plain);
  const socket = new WebSocket(url);
  context.after(() => socket.terminate());
  await once(socket, "open");
  const pong = async (ms: number): Promise<boolean> => {
    socket.ping();
    const signal = AbortSignal.timeout(ms);
    return once(socket, "pong", { signal }).then(
      () => true,
      () => false,
    );
  };
  assert.equal(await pong(10_000), true);
  await control({ do: "faults", set: { halfOpen: true } });
  assert.equal(await pong(200), false);
  assert.equal(await answers(url, 300), false);
  await control({ do: "faults", set: { halfOpen: false } });
  assert.equal(await answers(url), true);
});

test("a slow node answers late", async (context) => {
  const { url } = await withFault(context, { slowMs: 400 });
  assert.equal(await answers(url, 200), false);
  assert.equal(await answers(url), true);
});

test("a node of another chain tells its genesis everywhere", async (context) => {
  const genesis = `0x${"ab".repeat(32)}`;
  const { url, double } = await withDouble(context, plain);
  double.endpoints[0]?.set({ genesis });
  assert.equal(await askNode(url, "chainSpec_v1_genesisHash"), genesis);
  assert.equal(await askNode(url, "chain_getBlockHash", [0]), genesis);
});

test("a node that advertises a method may refuse it, and a runtime call too", async (context) => {
  const { url } = await withFault(context, { refuse: ["state_call", "SubnetInfoRuntimeApi_get_metagraph"] });
  const { methods } = await askNode<{ methods: string[] }>(url, "rpc_methods");
  assert.ok(methods.includes("state_call") && !methods.includes("archive_v1_call"));
  await assert.rejects(askNode(url, "state_call", ["Core_version", "0x"]), /Method not found/);
  const other = await withFault(context, { refuse: ["SubnetInfoRuntimeApi_get_metagraph"] });
  const call = (name: string) => askNode<string>(other.url, "state_call", [name, netuidHex]);
  await assert.rejects(call("SubnetInfoRuntimeApi_get_metagraph"), /not allowed/);
  assert.match(await call("NeuronInfoRuntimeApi_get_neurons_lite"), /^0x14/);
  await assert.rejects(other.api.apis.SubnetInfoRuntimeApi?.get_metagraph?.(NETUID) ?? Promise.resolve());
});

test("a node that prunes has no state of older blocks", async (context) => {
  const { url, double, control } = await withDouble(context, plain);
  const old = double.chain.finalized.hash;
  const read = () =>
    askNode<string>(url, "state_call", ["NeuronInfoRuntimeApi_get_neurons_lite", netuidHex, old]);
  assert.match(await read(), /^0x14/);
  await control({ do: "faults", set: { keepStates: 2 } });
  await assert.rejects(read(), /State already discarded/);
  assert.equal(typeof (await askNode(url, "chain_getHeader", [old])), "object");
});

test("extrinsics are forgotten, refused for their nonce, or lost from sight once they are included", async (context) => {
  const { url, double, control, call, alice, read } = await withDouble(context, plain);
  const bytes = toHex(await call("set_weights", vector).sign(alice.signer, { nonce: 0 }));
  const submit = () => askNode<string>(url, "author_submitExtrinsic", [bytes]);
  await control({ do: "faults", set: { dropExtrinsics: true } });
  assert.match(await submit(), /^0x/);
  assert.equal(double.chain.pool.size, 0);
  await control({ do: "faults", set: { dropExtrinsics: false, nonceErrors: true } });
  await assert.rejects(submit(), /Invalid Transaction/);
  await control({ do: "faults", set: { nonceErrors: false, closeAfterInclusion: true } });
  await submit();
  const accepted = double.endpoints[0]?.accepted ?? 0;
  await control({ do: "produce" });
  assert.equal(double.endpoints[0]?.connections, 0);
  while ((double.endpoints[0]?.accepted ?? 0) === accepted)
    await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(((await read("Weights", NETUID, 0)) as unknown[]).length, 2);
});

test("a node takes so many requests of a second, and may take no connection at all", async (context) => {
  const { url, control } = await withDouble(context, plain);
  const socket = new WebSocket(url);
  context.after(() => socket.terminate());
  await once(socket, "open");
  await control({ do: "faults", set: { requestsPerSecond: 0 } });
  await assert.rejects(askNode(url, "system_health"), /Too many requests/);
  await control({ do: "faults", set: { requestsPerSecond: null, refuseConnections: true } });
  await once(socket, "close");
  await assert.rejects(askNode(url, "system_health"));
});

test("blocks carry a clock that can be off, and another hotkey can take a uid", async (context) => {
  const { double, control, bob } = await withDouble(context, plain, { startTimeMs: 1_700_000_000_000 });
  const read = (name: string, keys: unknown[], pallet = "SubtensorModule") =>
    control({ do: "read", pallet, name, keys });
  const before = Number(await read("Now", [], "Timestamp"));
  await control({ do: "clock", offsetMs: 3_600_000 });
  await control({
    do: "neuron",
    netuid: NETUID,
    uid: 2,
    neuron: { hotkey: `0x${"09".repeat(32)}`, stake: 3 },
  });
  await control({ do: "permit", netuid: NETUID, uid: 0, permit: false });
  await control({ do: "produce" });
  assert.equal(Number(await read("Now", [], "Timestamp")) - before, 3_612_000);
  assert.equal(await read("Uids", [NETUID, bob.address]), undefined);
  assert.deepEqual(await read("ValidatorPermit", [NETUID]), [false, true, false, false, false]);
  await control({ do: "shrink", netuid: NETUID, count: 2 });
  await control({ do: "store", name: "Tempo", keys: [NETUID], value: 99 });
  await control({ do: "produce" });
  assert.deepEqual([await read("SubnetworkN", [NETUID]), await read("Tempo", [NETUID])], [2, 99]);
  assert.equal(double.chain.best.number, 1004);
});

test("a double in another process is told what to do, over its channel or over a socket", async (context) => {
  const neurons = fiveNeurons(`0x${"01".repeat(32)}`, `0x${"03".repeat(32)}`);
  const double = await startChainDouble({ subnets: [{ netuid: NETUID, neurons }], endpoints: 2 });
  context.after(() => double.close());
  assert.equal(double.urls.length, 2);
  await double.control({ do: "produce", blocks: 3 });
  assert.equal((await double.status()).best.number, 1005);
  await double.control({ do: "faults", endpoint: 1, set: { silent: true } });
  assert.equal(await answers(double.urls[1] ?? "", 300), false);
  await askNode(double.urls[1] ?? "", CONTROL_METHOD, [{ do: "healthy", endpoint: 1 }]);
  assert.equal(await answers(double.urls[1] ?? ""), true);
  await assert.rejects(double.control({ do: "closeSockets", endpoint: 9 }), /no endpoint 9/);
  await double.control({ do: "run", blockMs: 20 });
  while ((await double.status()).best.number < 1010) await new Promise((resolve) => setTimeout(resolve, 20));
});
