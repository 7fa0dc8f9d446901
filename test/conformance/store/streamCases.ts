import assert from "node:assert/strict";
import { test } from "node:test";
import { problemOf } from "../../support/thrown.ts";
import { type OpenStore, withStore } from "./fixtures.ts";
import { expired, joined } from "./nodeFixtures.ts";

/** One stream per hotkey over all processes. */
export function streamCases(open: OpenStore): void {
  test("the newest stream of a hotkey wins, and the node that had it learns so", () =>
    withStore(open, async (store) => {
      const [one, two] = [await joined(store), await joined(store, "two")];
      const first = await store.takeStream("5Alice", one);
      const bob = await store.takeStream("5Bob", one);
      const own = [
        { hotkey: "5Alice", number: first },
        { hotkey: "5Bob", number: bob },
      ];
      assert.ok(bob > first && first > 0);
      assert.deepEqual(await store.lostStreams(one, own), []);
      const second = await store.takeStream("5Alice", two);
      assert.ok(second > bob);
      assert.deepEqual(await store.lostStreams(one, own), ["5Alice"]);
      assert.deepEqual(await store.lostStreams(two, [{ hotkey: "5Alice", number: second }]), []);
      const third = await store.takeStream("5Alice", one);
      assert.deepEqual(await store.lostStreams(two, [{ hotkey: "5Alice", number: second }]), ["5Alice"]);
      assert.deepEqual(await store.lostStreams(one, [{ hotkey: "5Alice", number: third }]), []);
      assert.deepEqual(await store.lostStreams(one, []), []);
    }));

  test("a node that takes a hotkey twice has lost nothing to another", () =>
    withStore(open, async (store) => {
      const one = await joined(store);
      const first = await store.takeStream("5Alice", one);
      await store.takeStream("5Alice", one);
      assert.deepEqual(await store.lostStreams(one, [{ hotkey: "5Alice", number: first }]), []);
    }));

  test("a stream that is dropped late drops no newer one", () =>
    withStore(open, async (store) => {
      const [one, two] = [await joined(store), await joined(store, "two")];
      const first = await store.takeStream("5Alice", one);
      const second = await store.takeStream("5Alice", two);
      await store.dropStream("5Alice", first);
      assert.deepEqual(await store.lostStreams(one, [{ hotkey: "5Alice", number: first }]), ["5Alice"]);
      await store.dropStream("5Alice", second);
      assert.deepEqual(await store.lostStreams(one, [{ hotkey: "5Alice", number: first }]), []);
      assert.ok((await store.takeStream("5Alice", one)) > second);
    }));

  test("a hotkey is served by the node that lives and took it last, until that drops its stream or is gone", () =>
    withStore(open, async (store) => {
      const [one, two] = [await joined(store), await joined(store, "two")];
      assert.deepEqual(await store.unservedHotkeys([]), []);
      assert.deepEqual(await store.unservedHotkeys(["5Alice", "5Bob"]), ["5Alice", "5Bob"]);
      await store.takeStream("5Alice", one);
      await store.takeStream("5Bob", two);
      assert.deepEqual(await store.unservedHotkeys(["5Alice", "5Bob", "5Carol"]), ["5Carol"]);
      const second = await store.takeStream("5Alice", two);
      await store.dropStream("5Alice", second);
      assert.deepEqual(await store.unservedHotkeys(["5Alice", "5Bob"]), ["5Alice"]);
      await store.leaveNode(two);
      assert.deepEqual(await store.unservedHotkeys(["5Bob"]), ["5Bob"]);
    }));

  test("of streams taken at the same time all but one are lost", () =>
    withStore(open, async (store) => {
      const nodes = await Promise.all(Array.from({ length: 8 }, (_, n) => joined(store, `n${n}`)));
      const numbers = await Promise.all(nodes.map((node) => store.takeStream("5Alice", node)));
      assert.equal(new Set(numbers).size, nodes.length);
      const lost = await Promise.all(
        nodes.map((node, n) => store.lostStreams(node, [{ hotkey: "5Alice", number: numbers[n] ?? 0 }])),
      );
      assert.equal(lost.filter(({ length }) => length === 0).length, 1);
      assert.deepEqual(lost[numbers.indexOf(Math.max(...numbers))], []);
    }));

  test("a node that is gone takes no stream; numbers grow over a restart", () =>
    withStore(open, async (store, reopen) => {
      const [one, two] = [await joined(store), await joined(store, "two")];
      const first = await store.takeStream("5Alice", two);
      await store.leaveNode(one);
      await expired(store, two);
      for (const node of [one, two, 0])
        assert.deepEqual(await problemOf(() => store.takeStream("5Alice", node)), {
          ...{ code: "fenced_off", lease: "node", token: node },
        });
      const again = await reopen();
      assert.ok((await again.takeStream("5Alice", await joined(again))) > first);
    }));

  test("a node that leaves takes its streams along, and no others", () =>
    withStore(open, async (store) => {
      const [one, two] = [await joined(store), await joined(store, "two")];
      await store.takeStream("5Alice", two);
      await store.takeStream("5Bob", two);
      await store.takeStream("5Bob", one);
      await store.leaveNode(two);
      // What nobody has is lost to nobody.
      const claimed = ["5Alice", "5Bob"].map((hotkey) => ({ hotkey, number: 0 }));
      assert.deepEqual(await store.lostStreams(two, claimed), ["5Bob"]);
    }));
}
