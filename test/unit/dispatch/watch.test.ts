import assert from "node:assert/strict";
import { test } from "node:test";
import { stateText } from "../../../src/dispatch/records/savedState.ts";
import { valid, World } from "../../support/dispatch/world.ts";

const saved = stateText({ caps: new Map([["m", 32]]), kinds: new Map() });

async function warmed(capacity: number) {
  const world = new World({ saved });
  const link = await world.join("m", { capacity });
  const limits = new Set<string>();
  for (let i = 0; i < 100; i++) {
    limits.add(world.dispatcher.watch.miners(1)[0]?.limit ?? "");
    link.answer();
    await world.settle();
    while (world.checks.length > 0) await world.verdict(valid);
  }
  return { world, link, limits };
}

test("a miner is told apart by what bounds it: too few results, what it wants, its cap, what it does not read", async () => {
  const { world, link, limits } = await warmed(5);
  assert.deepEqual([...limits], ["new"]);
  const [m] = world.dispatcher.watch.miners(10);
  assert.deepEqual(
    { ...m },
    { hotkey: "m", transport: "stream", inFlight: 5, cap: 32, learned: 32, capacity: 5, limit: "capacity" },
  );
  link.isFull = true;
  assert.equal(world.dispatcher.watch.miners(1)[0]?.limit, "unread");
  const wide = await warmed(64);
  assert.equal(wide.world.dispatcher.watch.miners(1)[0]?.limit, "cap");
});

test("miners with a link come first, and no more than asked for", async () => {
  const world = new World({ saved });
  const gone = await world.join("a");
  await world.join("b");
  gone.close("gone");
  const seen = world.dispatcher.watch.miners(10).map(({ hotkey, limit }) => [hotkey, limit]);
  assert.deepEqual(seen, [
    ["b", "new"],
    ["a", "no_link"],
  ]);
  assert.equal(world.dispatcher.watch.miners(1).length, 1);
  assert.equal(world.dispatcher.watch.miners(0).length, 0);
  assert.equal(world.dispatcher.watch.miner("a")?.limit, "no_link");
  assert.equal(world.dispatcher.watch.miner("nobody"), null);
});

test("a kind has the longest deadline until enough answers are verified", async () => {
  const world = new World();
  const [unknown] = world.dispatcher.watch.deadlines(["square"]);
  assert.deepEqual(unknown, { kind: "square", deadlineMs: 180_000, referenceMs: 0, verified: 0 });
});
