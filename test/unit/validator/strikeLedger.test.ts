import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { LedgerStrike } from "../../../src/flow/strike.ts";
import { type Present, strikePage } from "../../../src/validator/strikeLedger.ts";

const strike = (number: number, change: Partial<LedgerStrike> = {}): LedgerStrike => ({
  ...{ number, strikeId: `st_${number}`, hotkey: "5Alice", lane: "sat", block: 10, at: 1, counted: false },
  suspendUntil: 100,
  evidence: {
    ...{ work_id: "w", receipt_id: null, answer_sha256: "a", checker: "sat/1", rule: "one strike" },
    verdict: { outcome: "invalid", code: "wrong" },
    draw: {
      ...{ epoch: 7, lane: "sat", hotkey: "5Alice", work_id: "w", class: "lane", rate: "1" },
      ...{ x: "0", sampled: true },
    },
  },
  ...change,
});

/** A store of these strikes, the newest first. */
const storeOf = (strikes: readonly LedgerStrike[]) => ({
  strikeLedger: async (before: number | null, limit: number) =>
    strikes.filter(({ number }) => before === null || number < before).slice(0, limit),
});

const present = (block: number | null, until: number | null): Present => ({
  block,
  suspendedUntil: () => (block === null ? assert.fail("asked while the height is unknown") : until),
});

const isLifted = async (one: LedgerStrike, at: Present): Promise<boolean | undefined> =>
  (await strikePage(storeOf([one]), { before: null, limit: 1 }, at)).items[0]?.lifted;

describe("the ledger of strikes", () => {
  it("has pages that end where there is nothing more", async () => {
    const store = storeOf([3, 2, 1].map((number) => strike(number)));
    const numbers: (number | null)[] = [];
    for (let before: number | null = null, i = 0; i < 3; i++) {
      const page = await strikePage(store, { before, limit: 2 }, present(50, 100));
      numbers.push(page.items.length, page.next_before);
      if (page.next_before === null) break;
      before = page.next_before;
    }
    assert.deepEqual(numbers, [2, 2, 1, null]);
  });

  it("says what its evidence comes down to", async () => {
    const { items } = await strikePage(storeOf([strike(1)]), { before: null, limit: 1 }, present(50, 100));
    assert.deepEqual(items, [
      {
        ...{ strike_id: "st_1", hotkey: "5Alice", lane: "sat", block: 10, at: 1, counted: false },
        ...{ suspended_until: 100, lifted: false, epoch: 7, work_id: "w", receipt_id: null },
        ...{ code: "wrong", checker: "sat/1", rule: "one strike" },
      },
    ]);
  });

  it("says of a suspension that it was lifted only while it would still last and nobody holds it", async () => {
    assert.equal(await isLifted(strike(1), present(99, null)), true);
    assert.equal(await isLifted(strike(1), present(99, 99)), true);
    assert.equal(await isLifted(strike(1), present(99, 100)), false);
    assert.equal(await isLifted(strike(1), present(99, 101)), false);
    assert.equal(await isLifted(strike(1), present(100, null)), false, "it is over");
    assert.equal(await isLifted(strike(1, { suspendUntil: null }), present(1, null)), false);
    assert.equal(await isLifted(strike(1), present(null, null)), false);
  });
});
