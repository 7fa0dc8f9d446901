import assert from "node:assert/strict";
import { describe, it } from "node:test";
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
  it("keeps the order when any item leaves", () => {
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

  it("takes an item that left back at the end, and no item twice", () => {
    const line = new Fifo<string>();
    line.append("a");
    line.append("b");
    line.leave("a");
    line.append("a");
    assert.throws(() => line.append("a"), RangeError);
    assert.deepEqual(drained(line), ["b", "a"]);
  });
});
