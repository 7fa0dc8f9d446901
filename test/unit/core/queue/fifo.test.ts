import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Fifo, FifoPlace } from "../../../../src/core/queue/fifo.ts";

/** Three items and the places that they keep. */
const places = { a: new FifoPlace("a"), b: new FifoPlace("b"), c: new FifoPlace("c") };
type Name = keyof typeof places;

function drained(line: Fifo<string>): string[] {
  const out: string[] = [];
  for (let next = line.first; next !== null; next = line.first) {
    out.push(next);
    line.leave(places[next as Name]);
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
      for (const place of Object.values(places)) line.append(place);
      assert.equal(line.leave(places[leaver]), true);
      assert.equal(line.leave(places[leaver]), false);
      assert.equal(line.last, rest[1]);
      assert.equal(line.length, 2);
      assert.deepEqual(drained(line), rest);
      assert.equal(line.length, 0);
      assert.equal(line.last, null);
    }
  });

  it("takes an item that left back at the end, and no item twice", () => {
    const line = new Fifo<string>();
    line.append(places.a);
    line.append(places.b);
    line.leave(places.a);
    line.append(places.a);
    assert.throws(() => line.append(places.a), RangeError);
    assert.deepEqual(drained(line), ["b", "a"]);
  });
});
