import assert from "node:assert/strict";
import { test } from "node:test";
import type { NodeApi } from "../../../../src/chain/subtensor/connect/nodeApi.ts";
import type { Metagraph, Neuron } from "../../../../src/chain/subtensor/node.ts";
import { addressOf, chainAddressOf } from "../../../../src/chain/subtensor/read/axon.ts";
import { agree, suspicionOf } from "../../../../src/chain/subtensor/read/believe.ts";
import { readMetagraph, TornError } from "../../../../src/chain/subtensor/read/metagraph.ts";
import { encodeHotkey } from "../../../../src/core/ss58.ts";
import { problemOf } from "../../../support/thrown.ts";

const at = { number: 5, hash: "0xaa" };
const hotkey = (byte: number): string => encodeHotkey(new Uint8Array(32).fill(byte));
const noAxon = { ip: 0n, port: 0, ip_type: 0 };

function columns(count: number): Record<string, unknown> {
  const each = <T>(make: (uid: number) => T): T[] => Array.from({ length: count }, (_, uid) => make(uid));
  return {
    ...{ netuid: 7, tempo: 99, owner_hotkey: hotkey(1), num_uids: count, novelty: "left alone" },
    ...{ hotkeys: each((uid) => hotkey(uid + 1)), coldkeys: each(() => hotkey(200)) },
    axons: each((uid) => (uid === 1 ? { ip: 0xc0000201n, port: 80, ip_type: 4 } : noAxon)),
    ...{ validator_permit: each((uid) => uid === 0), last_update: each((uid) => BigInt(uid)) },
    ...{ dividends: each(() => 65_535), incentives: each(() => 0), total_stake: each(() => 2_500_000_000n) },
  };
}

/** A node of which only runtime calls and storage answer, from these. */
function api(answers: Readonly<Record<string, unknown>>): NodeApi {
  const answer = async (name: string): Promise<unknown> => {
    if (!(name in answers)) throw new Error(`Runtime entry RuntimeCall(${name}) not found`);
    return answers[name];
  };
  const given: Partial<NodeApi> = {
    call: (of, method) => answer(`${of}.${method}`),
    storage: (pallet, entry) => answer(`${pallet}.${entry}`),
  };
  return given as NodeApi;
}

const subnet = { netuid: 7, mechanism: 0 };
const read = (value: unknown, of = subnet) =>
  readMetagraph(api({ "SubnetInfoRuntimeApi.get_metagraph": value }), at, of);

test("columns become rows, and what a runtime adds is left alone", async () => {
  const { tempo, ownerHotkey, neurons, block } = await read(columns(3));
  assert.deepEqual([tempo, ownerHotkey, block, neurons.length], [99, hotkey(1), at, 3]);
  assert.deepEqual(neurons[1], {
    ...{ uid: 1, hotkey: hotkey(2), coldkey: hotkey(200), stake: 2.5, permit: false },
    ...{ axon: { ip: "192.0.2.1", port: 80 }, lastUpdate: 1, incentive: 0, dividends: 1 },
  });
  assert.equal(neurons[0]?.axon, null);
});

const torn: Record<string, Record<string, unknown>> = {
  "with unequal columns": { ...columns(3), axons: [noAxon, noAxon] },
  "with another number of uids": { ...columns(3), num_uids: 4 },
  "with a hotkey twice": { ...columns(3), hotkeys: [hotkey(1), hotkey(2), hotkey(1)] },
  "of another subnet": { ...columns(3), netuid: 8 },
};

for (const [name, value] of Object.entries(torn))
  test(`a metagraph ${name} is torn`, () => assert.rejects(read(value), TornError));

test("a field that is missing or of another kind is named, where the rows cannot be read either", async () => {
  const { total_stake: _, ...without } = columns(2);
  for (const [value, place] of [
    [without, /total_stake/],
    [{ ...columns(2), validator_permit: [1, 0] }, /validator_permit\.0/],
    [{ ...columns(2), hotkeys: ["x", "y"] }, /hotkeys\.0/],
  ] as const) {
    const problem = await problemOf(() => read(value));
    assert.equal(problem.code, "chain_entry_missing");
    assert.equal("entry" in problem && problem.entry, "SubnetInfoRuntimeApi.get_metagraph");
    assert.match("cause_text" in problem ? String(problem.cause_text) : "", place);
  }
});

test("rows of neurons stand in for the columns, and must be numbered from 0", async () => {
  const row = (uid: number) => ({
    ...{ hotkey: hotkey(uid + 1), coldkey: hotkey(9), uid, axon_info: noAxon, incentive: 1, dividends: 0 },
    ...{ last_update: 0, validator_permit: true, stake: [[hotkey(9), 1_000_000_000n]] },
  });
  const answers = (rows: unknown) => ({
    ...{ "NeuronInfoRuntimeApi.get_neurons_lite": rows, "SubtensorModule.Tempo": 10 },
    ...{ "SubtensorModule.SubnetOwnerHotkey": hotkey(1), "SubtensorModule.LastUpdate": [4n, 5n] },
  });
  const { neurons, tempo } = await readMetagraph(api(answers([row(0), row(1)])), at, subnet);
  assert.deepEqual([tempo, neurons[1]?.lastUpdate, neurons[1]?.stake, neurons[1]?.permit], [10, 5, 1, true]);
  await assert.rejects(readMetagraph(api(answers([row(1), row(0)])), at, subnet), TornError);
});

function metagraphOf(count: number): Metagraph {
  const neurons = Array.from({ length: count }, (_, uid) => ({ uid, hotkey: hotkey(uid) }) as Neuron);
  return { netuid: 7, block: at, tempo: 1, ownerHotkey: null, neurons };
}

test("none, or less than half, needs a second opinion; half does not", () => {
  assert.match(suspicionOf(metagraphOf(0), null) ?? "", /no neurons/);
  assert.equal(suspicionOf(metagraphOf(1), null), null);
  assert.equal(suspicionOf(metagraphOf(4), metagraphOf(8)), null);
  assert.match(suspicionOf(metagraphOf(3), metagraphOf(8)) ?? "", /3 neurons, and had 8/);
  assert.ok(agree(metagraphOf(3), metagraphOf(3)));
  assert.equal(agree(metagraphOf(3), metagraphOf(2)), false);
});

test("addresses of the chain are read and written", () => {
  for (const text of ["192.0.2.1", "255.255.255.255", "2001:db8::7", "::1"]) {
    const value = chainAddressOf(text);
    assert.equal(value === null ? null : addressOf(value), text);
  }
  assert.equal(addressOf({ ip: 0n, ip_type: 4 }), null);
  assert.equal(addressOf({ ip: 1n << 32n, ip_type: 4 }), null);
  assert.equal(addressOf({ ip: 1n << 128n, ip_type: 6 }), null);
  assert.equal(addressOf({ ip: 1n, ip_type: 5 }), null);
  assert.equal(chainAddressOf("example.org"), null);
});
