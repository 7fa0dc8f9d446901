import assert from "node:assert/strict";
import { test } from "node:test";
import { Miners } from "../../../src/chain/subtensor/miners.ts";
import { neuronsOf } from "../../../src/chain/subtensor/read/metagraph.ts";

const hotkeys = [
  "5HK5tp6t2S59DywmHRWPBVJeJ86T61KjurYqeooqj8sREpeN",
  "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty",
];
const axon = { ip: 0n, port: 0, ip_type: 4 };
const columns = {
  ...{ netuid: 2, tempo: 360, owner_hotkey: hotkeys[0] ?? "", num_uids: 2, hotkeys, coldkeys: hotkeys },
  ...{ axons: [axon, axon], validator_permit: [true, false], last_update: [1, 2], dividends: [0, 0] },
  ...{ incentives: [0, 65_535], total_stake: [3_000_000_000n, 0n] },
};

test("what the last tempo paid is in whole units where the runtime tells it, and left out where it does not", () => {
  const paid = neuronsOf({ ...columns, emission: [0n, 1_500_000_000n] });
  assert.deepEqual(
    paid.map(({ emission }) => emission),
    [0, 1.5],
  );
  assert.deepEqual(
    neuronsOf(columns).map((neuron) => "emission" in neuron),
    [false, false],
  );
});

test("all that are registered are listed beside those that may mine", () => {
  const neurons = neuronsOf({ ...columns, emission: [0n, 1_500_000_000n] });
  const metagraph = { netuid: 2, block: { number: 1, hash: "0x" }, tempo: 360, ownerHotkey: null, neurons };
  const { list, registered } = new Miners(false).of(metagraph);
  assert.deepEqual(
    list.map(({ uid, emission }) => [uid, emission]),
    [[1, 1.5]],
  );
  assert.deepEqual(
    registered.map(({ uid, permit }) => [uid, permit]),
    [
      [0, true],
      [1, false],
    ],
  );
});
