import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { BlockRef, SubtensorNode } from "../../../src/chain/subtensor/node.ts";
import type { RunningDouble } from "../../support/chain/startChainDouble.ts";
import { BLOCK_MS, doubleFor, keys, NETUID, neurons, openedOn } from "../../support/chainClient/opened.ts";
import { problemOf } from "../../support/thrown.ts";
import { until } from "../../support/until.ts";

// What a node says of the subnet: believed when it fits itself and what was known, or another node says the same.

const filled = {
  netuid: NETUID,
  tempo: 1000,
  neurons: [...neurons, { hotkey: keys.dave.hotkey }],
};

/** A finalised block after what the double was told last: a client reads one block's state once. */
async function laterBlock(double: RunningDouble, node: SubtensorNode): Promise<BlockRef> {
  const { best } = await double.status();
  await until(() => (node.finalized()?.number ?? 0) > best.number + 1);
  return node.finalized() ?? assert.fail("no block");
}

async function distorted(
  t: TestContext,
  kind: "torn" | "empty" | "shrunk",
  endpoints: number,
  bad: number[],
) {
  const double = await doubleFor(t, { endpoints, subnets: [filled] });
  const opened = await openedOn(t, double.urls);
  for (const endpoint of bad) await double.control({ do: "faults", endpoint, set: { metagraph: kind } });
  const at = await laterBlock(double, opened.node);
  return { ...opened, at, double };
}

for (const kind of ["torn", "empty", "shrunk"] as const) {
  test(`a ${kind} metagraph is not believed where no other endpoint can confirm it`, async (t) => {
    const { chain, node, at } = await distorted(t, kind, 1, [0]);
    const problem = await problemOf(() => node.metagraph(at));
    assert.equal(problem.code, "chain_unavailable");
    assert.equal(chain.miners()?.length, 3, "the last one stays in force");
  });

  test(`a ${kind} metagraph of one endpoint is read from another`, async (t) => {
    for (const bad of [0, 1]) {
      const { node, at } = await distorted(t, kind, 2, [bad]);
      assert.equal((await node.metagraph(at)).neurons.length, 4);
    }
  });
}

test("a subnet that shrinks at every endpoint is believed", async (t) => {
  const double = await doubleFor(t, { endpoints: 2, subnets: [filled] });
  const { node } = await openedOn(t, double.urls);
  await double.control({ do: "shrink", netuid: NETUID, count: 1 });
  const at = await laterBlock(double, node);
  assert.equal((await node.metagraph(at)).neurons.length, 1);
});

test("a torn metagraph at every endpoint is not", async (t) => {
  const { node, at } = await distorted(t, "torn", 2, [0, 1]);
  const problem = await problemOf(() => node.metagraph(at));
  assert.match(JSON.stringify(problem), /torn/);
});

test("a hotkey that is registered is known soon, and the one that lost its uid no longer", async (t) => {
  const double = await doubleFor(t);
  const { chain } = await openedOn(t, double.urls);
  assert.ok(chain.isRegistered(keys.charlie.hotkey));
  await double.control({ do: "neuron", netuid: NETUID, uid: 2, neuron: { hotkey: keys.dave.hotkey } });
  await until(() => chain.isRegistered(keys.dave.hotkey));
  assert.equal(chain.isRegistered(keys.charlie.hotkey), false);
});

test("hotkeys with a permit mine only where they may", async (t) => {
  const double = await doubleFor(t);
  const { chain } = await openedOn(t, double.urls);
  assert.equal(chain.isRegistered(keys.alice.hotkey), false);
  assert.deepEqual(chain.miners()?.[0], {
    ...{ uid: 1, hotkey: keys.bob.hotkey, coldkey: chain.miners()?.[0]?.coldkey, stake: 5, permit: false },
    ...{ lastUpdate: 0, emission: 0, ip: "192.0.2.1", port: 4711 },
  });
  const all = await openedOn(t, double.urls, { validatorsMayMine: true });
  assert.ok(all.chain.isRegistered(keys.alice.hotkey));
});

test("state that a node has pruned is refused by name, and the endpoint stays in use", async (t) => {
  const double = await doubleFor(t);
  const { chain, node, has } = await openedOn(t, double.urls);
  const gone = { number: 1, hash: `0x${"12".repeat(32)}` };
  for (let i = 0; i < 5; i++) {
    const problem = await problemOf(() => node.weightsOf(gone, 0));
    assert.equal(problem.code, "chain_unavailable");
    assert.match(JSON.stringify(problem), /not pinned/i);
  }
  assert.equal(has("chain_endpoint_lost"), false);
  assert.notEqual(chain.block(), null);
});

test("a node that lists a way to follow and refuses it is followed another way, or named", async (t) => {
  const double = await doubleFor(t, { endpoints: 2 });
  await double.control({ do: "faults", endpoint: 0, set: { refuse: ["chainHead_v1_follow"] } });
  const { chain } = await openedOn(t, double.urls);
  assert.notEqual(chain.block(), null);
});

const upgrades = {
  "adds a field to the metagraph": { addField: "novelty" },
  "drops the call of the metagraph, which is read another way": {
    removeApi: "SubnetInfoRuntimeApi_get_metagraph",
  },
  "drops a field of the metagraph, which is read another way": { removeField: "dividends" },
} as const;

for (const [name, upgrade] of Object.entries(upgrades)) {
  test(`a runtime is survived that ${name}`, async (t) => {
    const double = await doubleFor(t);
    const { chain, node, has } = await openedOn(t, double.urls);
    const [before] = (await node.metagraph(node.finalized() ?? assert.fail("no block"))).neurons;
    await double.control({ do: "upgrade", upgrade });
    const at = await laterBlock(double, node);
    const { neurons: after, tempo } = await node.metagraph(at);
    assert.equal(after.length, 3);
    assert.deepEqual([after[0]?.hotkey, after[0]?.permit, tempo], [before?.hotkey, before?.permit, 1000]);
    assert.deepEqual([chain.faults?.(), chain.alarms?.()], [[], []]);
    assert.ok(has("chain_runtime_upgraded"));
  });
}

test("a runtime without a call names what is missing, and what was known stays in force", async (t) => {
  const double = await doubleFor(t);
  const { chain, node, has } = await openedOn(t, double.urls);
  for (const removeApi of ["NeuronInfoRuntimeApi_get_neurons_lite", "SubnetInfoRuntimeApi_get_metagraph"])
    await double.control({ do: "upgrade", upgrade: { removeApi } });
  const at = await laterBlock(double, node);
  const problem = await problemOf(() => node.metagraph(at));
  assert.deepEqual(
    [problem.code, "entry" in problem && problem.entry],
    ["chain_entry_missing", "SubnetInfoRuntimeApi.get_metagraph"],
  );
  assert.equal(chain.miners()?.length, 2);
  assert.notEqual(chain.block(), null, "blocks are followed on");
  const [alarm] = chain.alarms?.() ?? [];
  assert.equal(alarm?.name, "runtime_lacks");
  assert.match(
    alarm?.text ?? "",
    /SubnetInfoRuntimeApi\.get_metagraph or .*get_neurons_lite \(for the metagraph\)/,
  );
  assert.ok(has("chain_runtime_lacks"));
});

test("a call that the runtime no longer has is named where it is signed", async (t) => {
  const double = await doubleFor(t);
  const { node } = await openedOn(t, double.urls);
  await double.control({ do: "upgrade", upgrade: { removeCall: "commit_weights" } });
  await double.control({ do: "upgrade", upgrade: { removeCall: "commit_mechanism_weights" } });
  const at = await laterBlock(double, node);
  const call = { kind: "commit", hash: `0x${"11".repeat(32)}` } as const;
  const problem = await problemOf(() => node.sign(call, { nonce: 0, at, blocks: 16 }));
  assert.deepEqual(
    [problem.code, "entry" in problem && problem.entry],
    ["chain_entry_missing", "SubtensorModule.commit_mechanism_weights"],
  );
});

test("a clock that is an hour off is named, and work goes on", async (t) => {
  for (const offsetMs of [3_600_000, -3_600_000]) {
    const double = await doubleFor(t, { startTimeMs: Date.now() + offsetMs, slotMs: BLOCK_MS });
    const { chain } = await openedOn(t, double.urls);
    await until(() => (chain.faults?.() ?? []).length > 0);
    const [fault] = chain.faults?.() ?? [];
    assert.match(fault?.what ?? "", new RegExp(offsetMs > 0 ? "behind the chain's" : "ahead of the chain's"));
    assert.match(fault?.remedy ?? "", /time service/);
    assert.notEqual(chain.block(), null);
    assert.ok(Math.abs((chain.timeMs?.() ?? 0) - Date.now() - offsetMs) < 600_000);
  }
});
