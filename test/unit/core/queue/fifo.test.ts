import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Levels } from "../../../../src/admit/levels.ts";
import { Fifo } from "../../../../src/core/queue/fifo.ts";

function drained(line: Fifo<string>): string[] {
  const out: string[] = [];
  for (let next = line.first; next !== null; next = line.first) {
    out.push(next);
    line.leave(next);
  }
  return out;
}

describe("Fifo", () => {
  it("keeps the order, whoever leaves", () => {
    for (const [leaver, rest] of [
      ["a", ["b", "c"]],
      ["b", ["a", "c"]],
      ["c", ["a", "b"]],
    ] as const) {
      const line = new Fifo<string>();
      for (const item of ["a", "b", "c"]) line.append(item);
      assert.equal(line.leave(leaver), true);
      assert.equal(line.leave(leaver), false);
      assert.equal(line.last, rest[1]);
      assert.equal(line.length, 2);
      assert.deepEqual(drained(line), rest);
      assert.equal(line.length, 0);
      assert.equal(line.last, null);
    }
  });

  it("takes who left back at the end, and nobody twice", () => {
    const line = new Fifo<string>();
    line.append("a");
    line.append("b");
    line.leave("a");
    line.append("a");
    assert.throws(() => line.append("a"), RangeError);
    assert.deepEqual(drained(line), ["b", "a"]);
  });
});

describe("Levels", () => {
  it("finds the first of the lowest and of the highest", () => {
    const levels = new Levels<string>(2);
    assert.equal(levels.lowest(), null);
    assert.equal(levels.highest(), null);
    levels.put("a", 1);
    levels.put("b", 1);
    levels.put("c", 2);
    levels.put("d", 2);
    assert.equal(levels.lowest(), "a");
    assert.equal(levels.highest(), "c");
    levels.put("c", 0);
    assert.equal(levels.lowest(), "c");
    assert.equal(levels.highest(), "d");
  });

  it("keeps the turn of who stays, and gives none to who comes back", () => {
    const levels = new Levels<string>(1);
    levels.put("a", 0);
    levels.put("b", 0);
    levels.put("a", 0);
    assert.equal(levels.lowest(), "a");
    levels.drop("a");
    levels.put("a", 0);
    assert.equal(levels.lowest(), "b");
  });

  it("forgets who is dropped, and refuses a level it has not", () => {
    const levels = new Levels<string>(1);
    levels.put("a", 1);
    levels.drop("a");
    levels.drop("a");
    assert.equal(levels.size, 0);
    assert.throws(() => levels.put("a", 2), RangeError);
  });
});
