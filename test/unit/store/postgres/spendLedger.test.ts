import assert from "node:assert/strict";
import { test } from "node:test";
import type { Spend } from "../../../../src/flow/spend.ts";
import { type Purse, SIGNATURES, SpendLedger } from "../../../../src/store/postgres/tables/spends/ledger.ts";

const purse = (change: Partial<Purse> = {}): Purse => ({
  ...{ kind: "submit", hotkey: "5Alice", fullAt: 0, windowAt: 0, noted: 0, idleAt: 0, isChanged: false },
  ...change,
});
/** Five tokens at once, one more each 100 ms. */
const rate: Spend = {
  hotkey: "5Alice",
  rate: { kind: "submit", intervalMs: 100, toleranceMs: 400 },
};
const bounds = { once: true, windowMs: 1000, perHotkey: 3, altogether: 10 };
const use = (mark: number, change: Partial<typeof bounds> = {}): Spend => ({
  ...{ hotkey: "5Alice", signature: { mark, use: 1, ...bounds, ...change } },
});
const words = (ledger: SpendLedger, spends: readonly Spend[]): (string | number)[] =>
  spends.map((spend) => {
    const outcome = ledger.take(spend);
    return outcome.kind === "spent" ? "spent" : outcome.waitMs || outcome.code;
  });

test("a bucket gives its burst, then says how long the next token takes", () => {
  const own = purse();
  const spends = Array.from({ length: 6 }, () => rate);
  assert.deepEqual(words(new SpendLedger(1000, [own], [], 0), spends), [
    ...Array.from({ length: 5 }, () => "spent"),
    100,
  ]);
  assert.deepEqual([own.fullAt, own.idleAt, own.isChanged], [1500, 1500, true]);
  assert.deepEqual(words(new SpendLedger(1099, [own], [], 0), [rate]), [1]);
  assert.deepEqual(words(new SpendLedger(1100, [own], [], 0), [rate, rate]), ["spent", 100]);
});

test("after the clock was set back a bucket is empty at most, not closed for that long", () => {
  const own = purse({ fullAt: 86_400_000 });
  assert.deepEqual(words(new SpendLedger(1000, [own], [], 0), [rate]), [100]);
  assert.deepEqual(words(new SpendLedger(1000, [purse({ fullAt: 1400 })], [], 0), [rate, rate]), [
    "spent",
    100,
  ]);
});

test("signatures are counted by window and hotkey, and altogether", () => {
  const own = purse({ kind: SIGNATURES, windowAt: 1000, noted: 2, hotkey: "5Alice" });
  const ledger = new SpendLedger(1999, [own], [], 0);
  assert.deepEqual(words(ledger, [use(1), use(2), use(1)]), [
    "spent",
    "too_many_signatures",
    "signature_used",
  ]);
  const later = new SpendLedger(2000, [own], [{ mark: 1, use: 1, until: 2001 }], 8);
  assert.deepEqual(words(later, [use(1), use(2), use(3), use(4)]), [
    ...["signature_used", "spent", "spent", "too_many_signatures"],
  ]);
  assert.deepEqual(
    later.added.map(({ mark, until }) => [mark, until]),
    [
      [2, 3000],
      [3, 3000],
    ],
  );
  const forgotten = new SpendLedger(
    2001,
    [purse({ kind: SIGNATURES })],
    [{ mark: 1, use: 2, until: 2001 }],
    0,
  );
  assert.deepEqual(words(forgotten, [use(1)]), ["spent"]);
});

test("what is refused changes no row", () => {
  const rows = [purse({ fullAt: 1500 }), purse({ kind: SIGNATURES })];
  const ledger = new SpendLedger(1000, rows, [{ mark: 1, use: 1, until: 9999 }], 0);
  assert.deepEqual(words(ledger, [{ ...use(2), ...rate }]), [100]);
  assert.deepEqual([ledger.changed, ledger.added], [[], []]);
});
