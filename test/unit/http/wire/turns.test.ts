import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Turns } from "../../../../src/http/wire/turns.ts";

test("a turn of the event loop begins eight of those that wait, in order, and others come between", async () => {
  const turns = new Turns();
  const begun: number[] = [];
  for (let i = 0; i < 17; i++) turns.add(() => begun.push(i));
  const perTurn: number[] = [];
  for (let turn = 0; turn < 4; turn++) {
    await nextTurn();
    perTurn.push(begun.length);
  }
  assert.deepEqual(perTurn, [8, 16, 17, 17]);
  assert.deepEqual(
    begun,
    Array.from({ length: 17 }, (_, i) => i),
  );
});

test("one that goes on again and again waits behind the others each time", async () => {
  const turns = new Turns();
  const begun: string[] = [];
  const again = (): void => {
    if (begun.push("again") < 20) turns.add(again);
  };
  turns.add(again);
  for (let i = 0; i < 8; i++) turns.add(() => begun.push("once"));
  while (begun.length < 20) await nextTurn();
  assert.deepEqual(begun.slice(0, 11), ["again", ...Array(8).fill("once"), "again", "again"]);
});
