import assert from "node:assert/strict";
import { test } from "node:test";
import type { HeldWeights } from "../../../src/flow/chain.ts";
import type { WeightPlan } from "../../../src/flow/weightPlan.ts";
import { planSummary, planView } from "../../../src/validator/planViews.ts";
import { chainHandlers, weightHandlers } from "../../../src/validator/weightHandlers.ts";
import { problemOf } from "../../support/thrown.ts";

type Store = Parameters<typeof weightHandlers>[1];
type Chain = Parameters<typeof weightHandlers>[0]["chain"];

const row = { uid: 4, hotkey: "m4", u16: 65_535 };
const extrinsic = { purpose: "weights", nonce: 1, from_block: 10, until_block: 74 } as const;
const plan: WeightPlan = {
  ...{ version: 1, period: 7, netuid: 2, mechanism: 0, hotkey: "v", state: "submitted", reason: "slow" },
  ...{ rows: [row], burn_hotkey: null, method: "commit", uids: [9], hotkeys: ["m4"], values: [65_535] },
  ...{ version_key: 3, left_out: [], salt: [1, 2, 3], commit: "0xcc", round: null, commit_block: null },
  ...{ commit_epoch: null, confirmed_block: null, attempts: 2 },
  extrinsics: [
    { ...extrinsic, bytes: "0xb17e5", hash: "0x01" },
    { ...extrinsic, bytes: "0xb17e6", hash: "0x02" },
  ],
  history: [
    { state: "planned", block: 9, at: 100, reason: null },
    { state: "submitted", block: 10, at: 110, reason: null },
    { state: "planned", block: 75, at: 175, reason: "not included" },
    { state: "submitted", block: 76, at: 176, reason: null },
  ],
};

const vector = '{"period":7,  "signature":"as signed"}';

function world(plans: readonly WeightPlan[], held?: HeldWeights | null) {
  const store = {
    vectorText: async (period: number | null) => (period === null || period === 7 ? vector : null),
    weightPlan: async (period: number) => plans.find((one) => one.period === period) ?? null,
    weightPlans: async (before: number | null, limit: number) =>
      plans.filter(({ period }) => before === null || period < before).slice(0, limit),
  } as unknown as Store;
  const status = {
    ...{ block: 80, waits: null, retry_at: null, next_epoch_block: 83, last_confirmed: null },
    ...{ stopped: null, alarms: [], plan: { salt: [1] } },
  };
  const resumed: string[] = [];
  const resume = async (reason: string) => void resumed.push(reason);
  const weights = { status: () => status, resume, held: () => held ?? null };
  const chain = (held === undefined ? {} : { weights }) as unknown as Chain;
  const all = { openWeightPlans: async () => plans } as unknown as Parameters<
    typeof chainHandlers
  >[0]["store"];
  return { ...weightHandlers({ chain }, store), ...chainHandlers({ chain, store: all }), resumed };
}

test("a vector with its plan holds the signed text as it is, the plan, and what the chain had", async () => {
  const held = {
    block: 80,
    uid: 1,
    weights: [{ uid: 9, u16: 65_535 }],
    hash_commits: [],
    timelocked_commits: [],
  };
  const { weightsWithPlan } = world([plan], held);
  for (const asked of [7, null]) {
    const text = await weightsWithPlan(asked);
    assert.ok(text.startsWith(`{"vector":${vector},`));
    const document = JSON.parse(text) as { plan: object; chain: object };
    assert.deepEqual(document.plan, JSON.parse(JSON.stringify(planView(plan))));
    assert.deepEqual(document.chain, held);
  }
  assert.equal((await problemOf(() => weightsWithPlan(8))).code, "weights_not_found");
});

test("where the chain keeps nothing the plan and the chain's side are null", async () => {
  const document = JSON.parse(await world([]).weightsWithPlan(7)) as { plan: unknown; chain: unknown };
  assert.deepEqual([document.plan, document.chain], [null, null]);
});

test("a plan is served without salt and without the bytes of its extrinsics", () => {
  const text = JSON.stringify(planView(plan));
  assert.doesNotMatch(text, /salt|bytes|b17e/);
  assert.deepEqual(planView(plan).sent, [{ uid: 9, hotkey: "m4", u16: 65_535 }]);
  assert.deepEqual(planSummary(plan), {
    ...{ period: 7, state: "submitted", method: "commit", reason: "slow", attempts: 2 },
    ...{ planned_at: 100, changed_at: 176, blocks: { planned: 75, submitted: 76 }, extrinsic: "0x02" },
  });
});

test("periods are listed page by page", async () => {
  const plans = [9, 8, 7].map((period) => ({ ...plan, period }));
  const { weightPlans } = world(plans);
  const first = await weightPlans({ before: null, limit: 2 });
  assert.deepEqual([first.items.map(({ period }) => period), first.next_before], [[9, 8], 8]);
  const last = await weightPlans({ before: 8, limit: 2 });
  assert.deepEqual([last.items.map(({ period }) => period), last.next_before], [[7], null]);
});

test("an operator's word goes to the chain's weights; the local chain has none", async () => {
  const { resumeChain, chainWeights, resumed } = world([plan], null);
  const view = await resumeChain("it was us");
  assert.deepEqual(resumed, ["it was us"]);
  assert.deepEqual(view, {
    ...{ block: 80, plans: [planSummary(plan)], waits: null, retry_at: null, next_epoch_block: 83 },
    ...{ last_confirmed: null, stopped: null, alarms: [] },
  });
  assert.deepEqual(await chainWeights(), view);
  const local = world([]);
  assert.equal((await problemOf(() => local.chainWeights())).code, "chain_local");
  assert.equal((await problemOf(() => local.resumeChain("x"))).code, "chain_local");
});
