import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FakeLink } from "../../../support/dispatch/link.ts";
import { proveLane, World } from "../../../support/dispatch/world.ts";

const id = (i: number): string => `jb_${String(i).padStart(32, "0")}`;
const kinds = ["a", "b", "c"];
const laneOf = (benchmarks: readonly string[]) =>
  proveLane("prove", {
    ...{ kinds, benchmarks },
    issue: (seed, kind = "a") => ({ kind, input: { x: String(seed) } }),
  });
const several = () => new World({ lanes: [laneOf(kinds)] });

/** Lets a miner answer benchmarks, and returns the kinds that it was sent. */
async function sentTo(world: World, link: FakeLink, jobs: number): Promise<string[]> {
  for (let i = 0; i < jobs && link.open.length > 0; i++) {
    link.answer();
    await world.settle();
  }
  return [...new Set(link.sent.map(({ kind }) => kind))].sort();
}

describe("the kinds of work that a miner has", () => {
  it("are all when it announced none", async () => {
    const world = several();
    assert.deepEqual(await sentTo(world, await world.join("m"), 100), kinds);
  });

  it("are those that it announced, of benchmarks and of customers' jobs", async () => {
    const world = several();
    world.dispatcher.addCustomer(world.customer(id(1), { kind: "c" }));
    world.dispatcher.addCustomer(world.customer(id(2), { kind: "b" }));
    const some = await world.join("m", { kinds: new Set(["a", "b"]) });
    assert.deepEqual(await sentTo(world, some, 100), ["a", "b"]);
    assert.ok(some.sent.some(({ job_id }) => job_id === id(2)));
    const other = await world.join("n", { kinds: new Set(["c"]) });
    assert.equal(other.sent[0]?.job_id, id(1));
  });

  it("of a benchmark that was given up decide who gets it next", async () => {
    const world = several();
    const first = await world.join("m", { kinds: new Set(["c"]) });
    const jobId = first.sent[0]?.job_id ?? assert.fail();
    first.giveBack();
    assert.deepEqual(await sentTo(world, await world.join("n", { kinds: new Set(["a"]) }), 20), ["a"]);
    const next = await world.join("o", { kinds: new Set(["c"]) });
    assert.deepEqual([next.sent[0]?.job_id, next.sent[0]?.kind], [jobId, "c"]);
    assert.deepEqual(next.sent[0]?.input, first.sent[0]?.input);
  });

  it("none of which has benchmarks means that it waits for customers", async () => {
    const world = new World({ lanes: [laneOf(["a"])] });
    const link = await world.join("m", { kinds: new Set(["b"]) });
    assert.equal(link.sent.length, 0);
    world.dispatcher.addCustomer(world.customer(id(1), { kind: "b" }));
    await world.pass(250);
    assert.equal(link.sent[0]?.job_id, id(1));
  });
});

describe("a kind that a miner refuses as unknown", () => {
  it("is not sent to it for ten minutes, costs nothing, and is no try of the job", async () => {
    const world = several();
    world.dispatcher.addCustomer(world.customer(id(1), { kind: "c", attempts: 20 }));
    const link = await world.join("m");
    assert.equal(link.sent[0]?.job_id, id(1));
    link.giveBack(id(1), "kind_unknown");
    await world.settle();
    assert.deepEqual(await sentTo(world, link, 100), ["a", "b", "c"]);
    assert.equal(link.sent.filter(({ kind }) => kind === "c").length, 1);
    await world.pass(500);
    assert.equal(world.records.sums("m").failed, 0);
    assert.equal(world.customerState(id(1)), undefined, "still queued with 20 tries");
    assert.deepEqual(
      world.unanswered.map(({ code }) => code),
      ["kind_unknown"],
    );
    const other = await world.join("n");
    assert.equal(other.sent[0]?.job_id, id(1));
    other.giveBack(id(1));
    await world.pass(250);
    assert.equal(world.customerState(id(1))?.state, "failed");
  });

  it("is tried again after that, and on a new link", async () => {
    const world = new World({ lanes: [laneOf(["a"])] });
    const link = await world.join("m");
    link.giveBack(undefined, "kind_unknown");
    await world.pass(590_000, 1000);
    assert.equal(link.sent.length, 1);
    await world.pass(40_000, 1000);
    assert.equal(link.sent.length, 2);
    link.giveBack(undefined, "kind_unknown");
    await world.settle();
    assert.equal((await world.join("m")).sent.length, 1);
  });

  it("is a failure when it had announced the kind", async () => {
    const world = several();
    const link = await world.join("m", { kinds: new Set(["a"]) });
    link.giveBack(undefined, "kind_unknown");
    await world.pass(500);
    assert.equal(world.records.sums("m").failed, 1);
  });
});
