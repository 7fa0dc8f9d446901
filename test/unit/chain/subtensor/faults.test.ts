import assert from "node:assert/strict";
import { test } from "node:test";
import { type ChainState, chainAlarms, chainFaults } from "../../../../src/chain/subtensor/faults.ts";
import { Miners } from "../../../../src/chain/subtensor/miners.ts";
import type { Metagraph, Neuron } from "../../../../src/chain/subtensor/node.ts";

const good: ChainState = {
  ...{ blockAgeMs: 5000, staleAfterMs: 120_000, isHeightKnown: true, hasMetagraph: true },
  ...{ endpoints: [{ name: "ws://a", fault: null, otherGenesis: null }], metagraphFault: null },
  ...{ metagraphLateBlocks: 0, tempo: 360, driftMs: 100, driftMostMs: 8000, disagreement: null, lacks: [] },
};

test("a chain without faults has none, and no alarms", () => {
  assert.deepEqual(chainFaults(good), []);
  assert.deepEqual(chainAlarms(good), []);
});

test("drift is an alarm past 2 s and a fault past the window, on both sides", () => {
  const at = (driftMs: number) => {
    const state = { ...good, driftMs };
    return [chainAlarms(state).length, chainFaults(state).length];
  };
  assert.deepEqual([2000, 2001, 8000, 8001].map(at), [
    [0, 0],
    [1, 0],
    [1, 0],
    [1, 1],
  ]);
  assert.deepEqual([-2000, -2001, -8000, -8001].map(at), [2000, 2001, 8000, 8001].map(at));
});

test("a metagraph is a fault when it was never read, or is late by more than two tempos", () => {
  const why = { metagraphFault: "no answer" };
  assert.match(chainFaults({ ...good, ...why, hasMetagraph: false })[0]?.what ?? "", /could not be read yet/);
  assert.deepEqual(chainFaults({ ...good, ...why, metagraphLateBlocks: 720 }), []);
  assert.match(chainFaults({ ...good, ...why, metagraphLateBlocks: 721 })[0]?.what ?? "", /721 blocks late/);
});

test("an unknown height names each endpoint and what it lacks", () => {
  const endpoints = [
    { name: "ws://a", fault: "refused", otherGenesis: null },
    { name: "ws://b", fault: null, otherGenesis: null },
  ];
  const state = { ...good, isHeightKnown: false, blockAgeMs: Number.POSITIVE_INFINITY, endpoints };
  const [fault] = chainFaults(state);
  assert.match(
    fault?.why ?? "",
    /no finalised block has arrived yet; ws:\/\/a: refused; ws:\/\/b: open, but/,
  );
  assert.match(chainFaults({ ...state, blockAgeMs: 130_000 })[0]?.why ?? "", /130\.0 s ago/);
});

test("a hotkey that moved to another uid is still a miner, and who took its uid is another one", () => {
  const of = (hotkeys: string[]): Metagraph => ({
    ...{ netuid: 7, block: { number: 1, hash: "0x" }, tempo: 1, ownerHotkey: null },
    neurons: hotkeys.map((hotkey, uid) => ({ uid, hotkey, permit: false, axon: null }) as Neuron),
  });
  const miners = new Miners(false);
  assert.deepEqual(miners.of(null).list, []);
  miners.of(of(["a", "b"]));
  const { list, hotkeys } = miners.of(of(["c", "a"]));
  assert.deepEqual(
    list.map(({ uid, hotkey }) => [uid, hotkey]),
    [
      [0, "c"],
      [1, "a"],
    ],
  );
  assert.equal(hotkeys.has("b"), false);
});
