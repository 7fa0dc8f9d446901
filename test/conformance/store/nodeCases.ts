import assert from "node:assert/strict";
import { test } from "node:test";
import { type OpenStore, withStore } from "./fixtures.ts";
import { expired, isAlive, joined, LONG } from "./nodeFixtures.ts";

const gone = { alive: false, cordoned: false, draining: false };
const free = { alive: true, cordoned: false, draining: false };

/** Processes that share the store. */
export function nodeCases(open: OpenStore): void {
  test("a node is listed as it said it was, and renewed until it leaves", () =>
    withStore(open, async (store) => {
      const said = { name: "api-1", roles: ["api", "verify"], version: "1.2.3", url: "http://10.0.0.1:9100" };
      const token = await store.joinNode(said, LONG);
      const [{ joinedAt, until, ...node } = assert.fail(), ...others] = await store.nodes();
      assert.deepEqual([node, others], [{ ...said, token, ...free }, []]);
      assert.ok(until >= joinedAt + LONG);
      assert.deepEqual(await store.renewNode(token, 2 * LONG), free);
      assert.ok(((await store.nodes())[0]?.until ?? 0) >= joinedAt + 2 * LONG);
      await store.leaveNode(token);
      assert.deepEqual(await store.renewNode(token, LONG), gone);
      const [left = assert.fail()] = await store.nodes();
      assert.deepEqual([left.token, left.alive, left.until < until], [token, false, true]);
      await store.leaveNode(token);
      assert.equal((await store.nodes())[0]?.until, left.until);
    }));

  test("tokens grow, over a restart too, and none is 0", () =>
    withStore(open, async (store, reopen) => {
      const tokens = [await joined(store), await joined(store), await joined(store, "two")];
      await Promise.all(tokens.map((token) => store.leaveNode(token)));
      tokens.push(await joined(await reopen()));
      assert.ok((tokens[0] ?? 0) > 0);
      assert.deepEqual(
        tokens,
        [...new Set(tokens)].sort((a, b) => a - b),
      );
    }));

  test("a lease that ran out is not renewed, and nobody's lease is", () =>
    withStore(open, async (store) => {
      const token = await joined(store);
      const other = await joined(store, "two");
      await expired(store, token);
      assert.deepEqual(await store.renewNode(token, LONG), gone);
      assert.equal(await isAlive(store, token), false);
      assert.equal(await isAlive(store, other), true);
      assert.deepEqual(await store.renewNode(0, LONG), gone);
      assert.deepEqual(await store.renewNode(other + 1000, LONG), gone);
    }));

  test("living nodes are listed before those that are gone", () =>
    withStore(open, async (store) => {
      const tokens = [await joined(store, "a"), await joined(store, "b"), await joined(store, "c")];
      await store.leaveNode(tokens[2] ?? 0);
      const listed = (await store.nodes()).map(({ token, alive }) => [token, alive]);
      assert.deepEqual(listed.at(-1), [tokens[2], false]);
      assert.deepEqual(
        listed.slice(0, 2).map(([, alive]) => alive),
        [true, true],
      );
    }));

  test("orders reach a node by its token, or all living ones of a name, at their next renewal", () =>
    withStore(open, async (store) => {
      const [one, same, other] = [await joined(store), await joined(store), await joined(store, "two")];
      const states = () => Promise.all([one, same, other].map((token) => store.renewNode(token, LONG)));
      assert.equal(await store.orderNode(one, "cordon"), 1);
      assert.deepEqual(await states(), [{ ...free, cordoned: true }, free, free]);
      assert.equal(await store.orderNode("one", "drain"), 2);
      const draining = { alive: true, cordoned: true, draining: true };
      assert.deepEqual(await states(), [draining, draining, free]);
      assert.equal(await store.orderNode(one, "cordon"), 1);
      assert.deepEqual(await states(), [draining, draining, free]);
      await store.leaveNode(same);
      assert.equal(await store.orderNode("one", "uncordon"), 1);
      assert.deepEqual(await states(), [free, gone, free]);
      for (const unknown of [same, other + 1000, "nobody", ""])
        assert.equal(await store.orderNode(unknown, "drain"), 0);
    }));
}
