import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { BoundedMap } from "../../../../src/core/queue/boundedMap.ts";

describe("a bounded map", () => {
  it("holds its limit, then drops the least recently used entry and counts it", () => {
    const map = new BoundedMap<string, number>(2);
    map.set("a", 1);
    map.set("b", 2);
    assert.deepEqual([map.size, map.dropped], [2, 0]);
    assert.equal(map.get("a"), 1);
    map.set("c", 3);
    assert.deepEqual(
      [...map.entries()],
      [
        ["a", 1],
        ["c", 3],
      ],
    );
    assert.equal(map.dropped, 1);
    assert.equal(map.get("b"), undefined);
  });

  it("counts setting again as a use, and does not drop for it", () => {
    const map = new BoundedMap<string, number>(2);
    map.set("a", 1);
    map.set("b", 2);
    map.set("a", 3);
    assert.equal(map.dropped, 0);
    map.set("c", 4);
    assert.deepEqual([...map.values()], [3, 4]);
  });

  it("forgets what is deleted, without counting it", () => {
    const map = new BoundedMap<string, number>(1);
    map.set("a", 1);
    assert.ok(map.delete("a"));
    assert.ok(!map.delete("a"));
    map.set("b", 2);
    assert.deepEqual([map.size, map.dropped], [1, 0]);
  });

  it("agrees with a plain list of uses", () => {
    const operations = fc.array(fc.tuple(fc.constantFrom("get", "set", "delete"), fc.nat(6)), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), operations, (limit, steps) => {
        const map = new BoundedMap<number, number>(limit);
        let [model, dropped] = [[] as number[], 0];
        for (const [what, key] of steps) {
          const known = model.includes(key);
          if (what === "get") assert.equal(map.get(key), known ? key * 10 : undefined);
          if (what === "set") map.set(key, key * 10);
          if (what === "delete") assert.equal(map.delete(key), known);
          model = model.filter((other) => other !== key);
          if (what === "set" || (what === "get" && known)) model.push(key);
          if (model.length > limit) dropped += model.splice(0, 1).length;
          assert.deepEqual([[...map.entries()].map(([k]) => k), map.dropped], [model, dropped]);
        }
      }),
    );
  });

  it("needs a limit of at least 1", () => {
    for (const limit of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      assert.throws(() => new BoundedMap(limit), RangeError);
  });
});
