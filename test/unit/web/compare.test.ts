import assert from "node:assert/strict";
import { test } from "node:test";
import { compared } from "../../../web/weigh/compare.ts";

const nothing = { sent: [], held: [] };
const row = (hotkey: string, weight: number, uid: number | null = null) => ({
  ...{ hotkey, uid, weight, u16: Math.round(weight * 65_535) },
});

test("who is new came from nothing, who is gone weighs nothing, and the heaviest come first", () => {
  const rows = compared([row("a", 0.25), row("b", 0.75)], [row("a", 0.5), row("c", 0.5)], nothing);
  assert.deepEqual(
    rows.map(({ key, weight, before, change }) => [key, weight, before, change]),
    [
      ["b", 0.75, 0, 0.75],
      ["a", 0.25, 0.5, -0.25],
      ["c", 0, 0.5, -0.5],
    ],
  );
});

test("without a vector before there is no change, and without a plan nothing is said of the chain", () => {
  const [only] = compared([row("a", 1)], null, nothing);
  assert.deepEqual([only?.before, only?.change, only?.chain, only?.chainChange], [null, null, null, null]);
});

test("the chain is compared with what was sent, by the uid that it was sent for", () => {
  const sent = [
    { uid: 3, hotkey: "a", u16: 65_535 },
    { uid: 4, hotkey: "b", u16: 100 },
  ];
  const rows = compared([row("a", 1), row("b", 0.1), row("c", 0.01)], null, {
    sent,
    held: [
      { uid: 3, u16: 65_534 },
      { uid: 9, u16: 1 },
    ],
  });
  assert.deepEqual(
    rows.map(({ key, chain, chainChange }) => [key, chain, chainChange]),
    [
      ["a", 65_534, -1],
      ["b", null, null],
      ["c", null, null],
    ],
  );
});

test("a row of a uid alone is its own", () => {
  const burn = { hotkey: null, uid: 0, weight: 1, u16: 65_535 };
  assert.deepEqual(
    compared([burn], [burn], nothing).map(({ key, change }) => [key, change]),
    [["uid 0", 0]],
  );
});
