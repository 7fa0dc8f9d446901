import assert from "node:assert/strict";
import { test } from "node:test";
import { lateOf } from "../../../../src/chain/subtensor/weights/late.ts";
import { judgeUpdate, type SeenUpdate } from "../../../../src/chain/subtensor/weights/others.ts";
import { moved, newPlan } from "../../../../src/chain/subtensor/weights/plan.ts";
import type { ChainView } from "../../../../src/chain/subtensor/weights/view.ts";
import type { WeightPlan } from "../../../../src/flow/weightPlan.ts";

const TEMPO = 100;
const place = { netuid: 7, mechanism: 0, hotkey: "v" };
const planned = newPlan({ period: 3, rows: [], burnHotkey: null }, place, { block: 1000, at: 0 });

/** Block 2000 began epoch 11. */
function viewOf(number: number): Pick<ChainView, "block" | "schedule"> {
  const schedule = {
    ...{ block: number, lastEpochBlock: 2000, pendingEpochAt: 0, subnetEpochIndex: 11, tempo: TEMPO },
    ...{ blocksSinceLastStep: number - 2000, revealPeriodEpochs: 1 },
  };
  return { block: { number, hash: "0x", timeMs: 0 }, schedule };
}

const late = (plan: WeightPlan, age: number): string | null => lateOf(plan, viewOf(2000 + age))?.code ?? null;

test("weights are late half a tempo after they were due, until they are on chain", () => {
  const due = newPlan({ period: 3, rows: [], burnHotkey: null }, place, { block: 2000, at: 0 });
  const sent = moved(due, "submitted", { block: 2001, at: 0 });
  for (const plan of [due, sent])
    assert.deepEqual([late(plan, 50), late(plan, 51)], [null, "weights_late"], plan.state);
  const text = lateOf({ ...due, reason: "no permit" }, viewOf(2060))?.text ?? "";
  assert.match(text, /period 3 are not on chain 60 blocks after they were due: no permit$/);
});

test("a reveal, or the chain's own, is late a quarter into its epoch, and not before that epoch", () => {
  const committed = { ...moved(planned, "committed", { block: 1950, at: 0 }), commit_epoch: 10 };
  for (const [method, code] of [
    ["commit", "reveal_late"] as const,
    ["timelocked", "confirmation_late"] as const,
  ]) {
    const plan: WeightPlan = { ...committed, method };
    assert.deepEqual([late(plan, 25), late(plan, 26)], [null, code]);
    assert.equal(late({ ...plan, commit_epoch: 11 }, 26), null, "its epoch is the next one");
  }
});

const seen: SeenUpdate = { ...place, uid: 4, block: 900 };

/** The verdict on a move of `LastUpdate` to a block; `own` is a block of a plan of ours. */
function verdict(
  block: number,
  { own = 0, uid = 4 as number | null, before = seen as SeenUpdate | null } = {},
) {
  const view = { limits: { uid, lastUpdate: block } } as unknown as ChainView;
  return judgeUpdate(before, place, view, [{ ...planned, commit_block: own }]).kind;
}

test("a move of LastUpdate that no plan explains is somebody else's", () => {
  assert.equal(verdict(900), "same");
  assert.equal(verdict(950, { own: 950 }), "known");
  assert.equal(verdict(950, { own: 949 }), "foreign");
  assert.equal(verdict(950), "foreign");
});

test("what was there before this validator, or came with a registration, is nobody else's", () => {
  assert.equal(verdict(950, { before: null }), "known");
  assert.equal(verdict(950, { uid: 5 }), "known");
  assert.equal(verdict(950, { uid: null }), "known");
  assert.equal(verdict(950, { before: { ...seen, netuid: 8 } }), "known");
  assert.equal(verdict(880), "known", "a block that a reorganisation took back");
});
