import assert from "node:assert/strict";
import { test } from "node:test";
import type { RateSpend, SignatureSpend, Spend, SpendOutcome } from "../../../src/flow/spend.ts";
import type { Store } from "../../../src/flow/store.ts";
import { commitment, newSubmission, type OpenStore, withStore } from "./fixtures.ts";
import { eventually } from "./nodeFixtures.ts";

const spent = { kind: "spent" } as const;
const HOUR = 3_600_000;

/** A bucket that no test lasts long enough to see refilled. */
const rate = (burst: number, kind = "submit"): RateSpend => ({
  ...{ kind, intervalMs: HOUR, toleranceMs: HOUR * (burst - 1) },
});

const signature = (mark: number, use: number, change: Partial<SignatureSpend> = {}): SignatureSpend => ({
  ...{ mark, use, once: false, windowMs: HOUR, perHotkey: 100, altogether: 1000, ...change },
});

const ofRate = (burst: number, hotkey = "5Alice", kind?: string): Spend => ({
  hotkey,
  rate: rate(burst, kind),
});
const ofUse = (
  mark: number,
  use: number,
  change: Partial<SignatureSpend> = {},
  hotkey = "5Alice",
): Spend => ({
  ...{ hotkey, signature: signature(mark, use, change) },
});

async function one(store: Store, spend: Spend): Promise<SpendOutcome> {
  const [outcome] = await store.spend([spend]);
  return outcome ?? assert.fail();
}

const codeOf = (outcome: SpendOutcome): string => (outcome.kind === "spent" ? "spent" : outcome.code);

async function codes(store: Store, spends: readonly Spend[]): Promise<string[]> {
  return (await store.spend(spends)).map(codeOf);
}

/** Limits that hold over all processes. */
export function spendCases(open: OpenStore): void {
  test("a hotkey takes as many tokens as its bucket holds, in each bucket, whatever others take", () =>
    withStore(open, async (store) => {
      assert.deepEqual(await codes(store, [ofRate(2), ofRate(2), ofRate(2)]), [
        "spent",
        "spent",
        "rate_limited",
      ]);
      const refused = await one(store, ofRate(2));
      assert.ok(refused.kind === "refused" && refused.waitMs > HOUR / 2 && refused.waitMs <= HOUR);
      assert.deepEqual(await codes(store, [ofRate(2, "5Bob"), ofRate(2, "5Alice", "read")]), [
        "spent",
        "spent",
      ]);
      assert.deepEqual(await store.spend([]), []);
    }));

  test("tokens taken at the same time are not given twice", () =>
    withStore(open, async (store) => {
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => one(store, ofRate(3))));
      assert.equal(outcomes.filter(({ kind }) => kind === "spent").length, 3);
    }));

  test("a token comes back after the wait that was told", () =>
    withStore(open, async (store) => {
      const quick: Spend = { hotkey: "5Alice", rate: { kind: "submit", intervalMs: 300, toleranceMs: 0 } };
      let waitMs = 0;
      await eventually(async () => {
        const outcome = await one(store, quick);
        if (outcome.kind === "refused") waitMs = outcome.waitMs;
        return outcome.kind === "refused";
      });
      assert.ok(waitMs > 0 && waitMs <= 300);
      await eventually(async () => (await one(store, quick)).kind === "spent");
    }));

  test("a signature serves one use, again and again; any other use is refused, and so is a second use of one for once", () =>
    withStore(open, async (store) => {
      assert.deepEqual(await codes(store, [ofUse(1, 1), ofUse(1, 1), ofUse(1, 2), ofUse(1, 1)]), [
        ...["spent", "spent", "signature_used", "spent"],
      ]);
      const once = { once: true };
      assert.deepEqual(
        await codes(store, [ofUse(2, 1, once), ofUse(2, 1, once), ofUse(2, 1), ofUse(1, 1, once)]),
        [...["spent", "signature_used", "spent", "signature_used"]],
      );
      assert.deepEqual(await one(store, ofUse(1, 2)), { kind: "refused", code: "signature_used", waitMs: 0 });
    }));

  test("of uses of one signature at the same time one wins", () =>
    withStore(open, async (store) => {
      const uses = Array.from({ length: 12 }, (_, use) => one(store, ofUse(9, use, { once: true })));
      assert.equal((await Promise.all(uses)).filter(({ kind }) => kind === "spent").length, 1);
    }));

  test("at a bound a new signature is refused, and a known one is not", () =>
    withStore(open, async (store) => {
      const own = { perHotkey: 2 };
      assert.deepEqual(
        await codes(store, [ofUse(1, 1, own), ofUse(2, 1, own), ofUse(3, 1, own), ofUse(2, 1, own)]),
        ["spent", "spent", "too_many_signatures", "spent"],
      );
      const all = { altogether: 3 };
      assert.deepEqual(await codes(store, [ofUse(4, 1, all, "5Bob"), ofUse(5, 1, all, "5Bob")]), [
        ...["spent", "too_many_signatures"],
      ]);
    }));

  test("a signature is forgotten after its time", () =>
    withStore(open, async (store) => {
      const brief = { windowMs: 40, altogether: 1 };
      assert.deepEqual(await one(store, ofUse(1, 1, brief)), spent);
      await eventually(async () => (await one(store, ofUse(2, 2, brief))).kind === "spent");
    }));

  test("what is refused takes nothing: no token for a used signature, no signature without a token", () =>
    withStore(open, async (store) => {
      const both = (mark: number, use: number): Spend => ({ ...ofUse(mark, use), rate: rate(1) });
      assert.deepEqual(await one(store, ofUse(1, 1)), spent);
      assert.equal(codeOf(await one(store, both(1, 2))), "signature_used");
      assert.deepEqual(await one(store, both(2, 2)), spent);
      assert.equal(codeOf(await one(store, both(3, 3))), "rate_limited");
      assert.deepEqual(await one(store, ofUse(3, 4)), spent);
    }));

  test("a submission spends when it is admitted, and is not recorded when it may not", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const spend = (mark: number): Spend => ({ ...ofUse(mark, 1), rate: rate(3) });
      const first = newSubmission({ spend: spend(1) });
      const outcome = await store.admit(first);
      assert.ok(outcome.kind === "admitted" && !("spend" in outcome.submission));
      assert.equal((await store.admit({ ...first, receiptId: newSubmission().receiptId })).kind, "replay");
      const other = newSubmission({ spend: { ...spend(1), signature: signature(1, 2) } });
      assert.deepEqual(await store.admit(other), { kind: "refused", code: "signature_used", waitMs: 0 });
      assert.equal(await store.submission(other.receiptId), null);
      assert.equal((await store.admit({ ...other, spend: spend(2) })).kind, "admitted");
      const late = await store.admit(newSubmission({ spend: spend(3) }));
      assert.ok(late.kind === "refused" && late.code === "rate_limited" && late.waitMs > 0);
      assert.equal((await store.miner("5Alice"))?.counts.submitted, 2);
      assert.equal(codeOf(await one(store, ofRate(3))), "rate_limited");
    }));
}
