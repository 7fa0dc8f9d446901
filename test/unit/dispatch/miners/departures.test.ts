import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { World } from "../../../support/dispatch/world.ts";

const ID = `jb_${"1".padStart(32, "0")}`;

describe("a miner that another process serves", () => {
  it("fails what it was sent when it moved there by itself, and is not told to judge", async () => {
    const world = new World({ rate: "1" });
    world.dispatcher.addCustomer(world.customer(ID));
    const link = await world.join("m");
    link.close("gone");
    world.dispatcher.departures.moved("m");
    await world.pass(15_000);
    assert.deepEqual(world.unreachable, []);
    assert.deepEqual(
      world.unanswered.map(({ code }) => code),
      ["moved"],
    );
    assert.equal(world.records.sums("m").failed, 1);
    assert.equal(world.customerState(ID)?.state, "queued");
    assert.ok(
      (await world.join("n")).sent.some(({ input }) => input.x === ID),
      "another gets the job",
    );
  });

  it("loses its jobs at no cost when it was handed over, sent or not", async () => {
    const world = new World({ rate: "1" });
    world.dispatcher.addCustomer(world.customer(ID));
    const link = await world.join("m", { transport: "dial" });
    world.dispatcher.departures.handOver("m");
    link.close("gone");
    await world.pass(15_000);
    assert.deepEqual(world.unreachable, []);
    assert.deepEqual(
      world.unanswered.map(({ code }) => code),
      ["handed_over"],
    );
    assert.equal(world.records.sums("m").failed, 0);
    assert.ok(
      (await world.join("n")).sent.some(({ input }) => input.x === ID),
      "another gets the job",
    );
  });

  it("is nobody to this one, when it never was here", () => {
    const world = new World();
    world.dispatcher.departures.moved("m");
    world.dispatcher.departures.handOver("m");
    assert.equal(world.dispatcher.stats().inFlight, 0);
  });
});

describe("customers' jobs that are shared out", () => {
  it("are dropped when the store says that another process has them", async () => {
    const world = new World();
    world.records.refuses = new Set([ID]);
    world.dispatcher.addCustomer(world.customer(ID), true);
    const link = await world.join("m");
    link.giveBack();
    await world.settle();
    assert.deepEqual([...world.dispatcher.customers.inHand()], []);
    assert.equal(world.dispatcher.stats().queued, 0);
  });

  it("are as many as miners can have, of kinds that they have, without those that wait a while after failures", async () => {
    const world = new World({ saved: JSON.stringify({ version: 1, caps: { m: 5, n: 3 }, kinds: {} }) });
    const { customers } = world.dispatcher;
    assert.deepEqual([customers.slots(64), customers.kinds()], [0, []]);
    const link = await world.join("m", { capacity: 4 });
    for (let i = 0; i < 100; i++) {
      link.answer();
      await world.settle();
    }
    await world.join("n");
    assert.deepEqual(
      [customers.slots(64), customers.slots(3)],
      [5, 3],
      "its capacity, and 1 of one not known yet",
    );
    assert.deepEqual(customers.kinds(), [{ lane: "prove", kind: "square" }]);
    for (const jobId of [...link.open]) link.giveBack(jobId);
    assert.equal(customers.slots(64), 1);
    link.close("gone");
    await world.join("n", { kinds: new Set(["cube"]) });
    assert.deepEqual(customers.kinds(), []);
  });
});
