import assert from "node:assert/strict";
import { test } from "node:test";
import type { NodeApi } from "../../../../src/chain/subtensor/connect/nodeApi.ts";
import { readSchedule } from "../../../../src/chain/subtensor/read/schedule.ts";
import { readHashCommits } from "../../../../src/chain/subtensor/read/weights.ts";
import { methodOf } from "../../../../src/chain/subtensor/weights/method.ts";
import { hotkeyOf } from "../../../support/chain/fakeChain.ts";
import { problemOf } from "../../../support/thrown.ts";

const at = { number: 1000, hash: "0xaa" };
const subnet = { netuid: 2, mechanism: 0 };
const hash = `0x${"cd".repeat(32)}`;

/** A node whose subnet pallet stores these values alone; its runtime says how long a block takes, or does not. */
function api(stored: Readonly<Record<string, unknown>>, blockMs: number | null = null): NodeApi {
  const given: Partial<NodeApi> = {
    storage: async (pallet, entry) => {
      if (!(entry in stored)) throw new Error(`Runtime entry Storage(${pallet}.${entry}) not found`);
      return stored[entry];
    },
    constant: async (pallet, name) => {
      if (blockMs === null) throw new Error(`Runtime entry Constant(${pallet}.${name}) not found`);
      return BigInt(blockMs / 2);
    },
  };
  return given as NodeApi;
}

const old = { Tempo: 9, RevealPeriodEpochs: 1n, BlocksSinceLastStep: 4n };
const recorded = { ...old, LastEpochBlock: 990n, PendingEpochAt: 0n, SubnetEpochIndex: 7n };

test("epochs on record are read as they are", async () => {
  assert.deepEqual(await readSchedule(api(recorded), at, subnet), {
    ...{ block: 1000, lastEpochBlock: 990, pendingEpochAt: 0, subnetEpochIndex: 7, tempo: 9 },
    ...{ blocksSinceLastStep: 4, revealPeriodEpochs: 1 },
  });
});

test("the time per block is that of the runtime, where it says one", async () => {
  assert.equal((await readSchedule(api(recorded, 250), at, subnet)).blockMs, 250);
  assert.equal((await readSchedule(api(recorded, 0), at, subnet)).blockMs, undefined);
});

test("a runtime that keeps none of them on record has its epochs by the height", async () => {
  assert.deepEqual(await readSchedule(api(old), at, subnet), {
    ...{ block: 1000, lastEpochBlock: 997, pendingEpochAt: 0, subnetEpochIndex: 100, tempo: 10 },
    ...{ blocksSinceLastStep: 3, revealPeriodEpochs: 1, isByHeight: true },
  });
});

test("one that lacks some of them is not taken for an old one: what is missing is named", async () => {
  for (const name of [
    "LastEpochBlock",
    "PendingEpochAt",
    "SubnetEpochIndex",
    "BlocksSinceLastStep",
  ] as const) {
    const { [name]: _, ...rest } = recorded;
    const problem = await problemOf(() => readSchedule(api(rest), at, subnet));
    assert.deepEqual(
      [problem.code, "entry" in problem && problem.entry],
      ["chain_entry_missing", `SubtensorModule.${name}`],
    );
  }
});

test("a hash commit has its epoch, or in an old runtime its block and those of its reveal", async () => {
  const commits = (stored: object, row: unknown[]) =>
    readHashCommits(api({ ...stored, WeightCommits: [[hash, ...row]] }), at, subnet, hotkeyOf(1));
  assert.deepEqual(await commits(recorded, [7n, 995n, 0n]), [{ hash, epoch: 7, block: 995 }]);
  assert.deepEqual(await commits(old, [995n, 997n, 1006n]), [{ hash, epoch: 99, block: 995 }]);
  const none = api({ WeightCommits: null });
  assert.deepEqual(await readHashCommits(none, at, subnet, hotkeyOf(1)), []);
});

test("timelocked commits need epochs on record", () => {
  const limits = { commitReveal: true };
  assert.deepEqual(methodOf("auto", limits, {}), { kind: "method", method: "timelocked" });
  for (const setting of ["auto", "timelocked"] as const) {
    const choice = methodOf(setting, limits, { isByHeight: true });
    assert.match(choice.kind === "refused" ? choice.refusal.text : "", /set chain\.weights: commit/);
  }
  assert.deepEqual(methodOf("commit", limits, { isByHeight: true }), { kind: "method", method: "commit" });
  const open = methodOf("auto", { commitReveal: false }, { isByHeight: true });
  assert.deepEqual(open, { kind: "method", method: "set" });
});
