import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FakeLink } from "../../support/dispatch/link.ts";
import { answerOf } from "../../support/dispatch/link.ts";
import { invalid, valid, World } from "../../support/dispatch/world.ts";

const id = (i: number): string => `jb_${String(i).padStart(32, "0")}`;
/** The input of these jobs is the customer's id. */
const times = (link: FakeLink, jobId: string): number =>
  link.sent.filter(({ input }) => input.x === jobId).length;

describe("the deadline of a customer's job", () => {
  it("ends a job that waits, at that moment and not before", async () => {
    const world = new World();
    world.dispatcher.addCustomer(world.customer(id(1), { deadlineAt: world.clock.now + 5000, attempts: 3 }));
    await world.pass(4750);
    assert.equal(world.customerState(id(1)), undefined);
    await world.pass(1250);
    const { endedAt, ...end } = world.customerState(id(1)) ?? assert.fail();
    assert.deepEqual(end, {
      ...{ jobId: id(1), attempts: 3, state: "expired", code: "deadline_passed" },
      ...{ answer: null, verified: null, hotkey: null },
    });
    assert.ok(endedAt !== null);
    assert.equal(world.dispatcher.stats().queued, 0);
    assert.equal(world.metrics.get("assay_dispatch_dropped_total", { why: "deadline" }), 1);
    assert.equal(times(await world.join("m"), id(1)), 0);
  });

  it("ends a job that passed it while the validator did not run", async () => {
    const world = new World();
    world.dispatcher.addCustomer(world.customer(id(1), { deadlineAt: world.clock.now - 1 }));
    await world.pass(1000);
    assert.equal(world.customerState(id(1))?.state, "expired");
  });

  it("ends a job of no lane here too", async () => {
    const world = new World();
    world.dispatcher.addCustomer(world.customer(id(1), { lane: "gone", deadlineAt: world.clock.now + 1000 }));
    await world.pass(2000);
    assert.equal(world.customerState(id(1))?.state, "expired");
  });

  it("ends no job that is done", async () => {
    const world = new World();
    world.dispatcher.addCustomer(world.customer(id(1), { deadlineAt: world.clock.now + 1000 }));
    const link = await world.join("m");
    link.answer(id(1));
    await world.verdict(valid);
    await world.pass(5000);
    assert.deepEqual(
      world.records.customers.map(({ state }) => state),
      ["done"],
    );
  });

  it("leaves the miner that works on the job alone: its answer is checked and credited, and then dropped", async () => {
    const world = new World();
    world.dispatcher.addCustomer(world.customer(id(1), { deadlineAt: world.clock.now + 1000 }));
    const link = await world.join("m");
    await world.pass(2000);
    assert.equal(world.customerState(id(1))?.state, "expired");
    assert.equal(link.answer(id(1)), null, "the answer is taken");
    await world.verdict(valid);
    assert.equal(world.concluded.length, 1);
    assert.deepEqual(
      world.records.customers.map(({ state }) => state),
      ["expired"],
    );
  });

  it("does not give a job that is over to another miner", async () => {
    const world = new World();
    world.dispatcher.addCustomer(world.customer(id(1), { deadlineAt: world.clock.now + 1000 }));
    const first = await world.join("a");
    await world.pass(2000);
    first.giveBack(id(1));
    assert.equal(times(await world.join("b"), id(1)), 0);
    assert.equal(world.dispatcher.stats().queued, 0);
  });
});

describe("a cancelled job", () => {
  it("waits no longer", async () => {
    const world = new World();
    for (let i = 0; i < 3; i++) world.dispatcher.addCustomer(world.customer(id(i)));
    world.dispatcher.customers.ended(id(1));
    assert.equal(world.dispatcher.stats().queued, 2);
    const link = await world.join("m");
    for (let i = 0; i < 3; i++) {
      link.answer();
      await world.settle();
    }
    assert.deepEqual(
      [0, 1, 2].map((i) => times(link, id(i))),
      [1, 0, 1],
    );
  });

  it("at a miner is left with it, and comes to nothing", async () => {
    const world = new World();
    world.dispatcher.addCustomer(world.customer(id(1)));
    const link = await world.join("m");
    world.dispatcher.customers.ended(id(1));
    link.answer(id(1));
    await world.verdict(invalid);
    assert.deepEqual(world.records.customers, []);
    assert.ok(world.suspended.has("m"), "a cheat is a cheat");
  });

  it("of no such id changes nothing", () => {
    const world = new World();
    world.dispatcher.customers.ended(id(9));
    assert.equal(world.dispatcher.stats().queued, 0);
  });
});

describe("a job that every miner here has had", () => {
  it("may go to any of them again after a while, and not before", async () => {
    const world = new World({ againMs: 60_000 });
    world.dispatcher.addCustomer(world.customer(id(1)));
    const links: FakeLink[] = [];
    for (const hotkey of ["a", "b"]) {
      const link = await world.join(hotkey);
      link.giveBack(id(1));
      links.push(link);
    }
    const idle = async (ms: number): Promise<void> => {
      for (let passed = 0; passed < ms; passed += 1000) {
        for (const link of links)
          for (const jobId of link.open.filter((one) => one !== id(1))) link.answer(jobId);
        await world.pass(1000);
      }
    };
    const sums = () => links.reduce((sum, link) => sum + times(link, id(1)), 0);
    await idle(59_000);
    assert.equal(sums(), 2, "not before");
    await idle(3000);
    assert.equal(sums(), 3);
    const sent = links.flatMap((link) => link.sent.filter(({ input }) => input.x === id(1)));
    const pairs = links.flatMap(({ hotkey, sent: jobs }) => jobs.map(({ job_id }) => `${job_id} ${hotkey}`));
    assert.equal(new Set(pairs).size, pairs.length, "no miner is sent a job id twice");
    assert.equal(new Set(sent.map(({ job_id }) => job_id)).size, 2);
    assert.equal(world.customerState(id(1))?.attempts, 2);
  });

  it("keeps waiting for one that has not had it, even if that is busy", async () => {
    const world = new World({ againMs: 10_000 });
    world.dispatcher.addCustomer(world.customer(id(1)));
    const had = await world.join("a");
    had.giveBack(id(1));
    const fresh = world.link("b");
    fresh.isFull = true;
    world.dispatcher.opened(fresh);
    await world.pass(60_000);
    assert.deepEqual([times(had, id(1)), times(fresh, id(1))], [1, 0]);
    fresh.drain();
    await world.settle();
    assert.equal(times(fresh, id(1)), 1);
  });

  it("still fails after 20 retries", async () => {
    const world = new World({ againMs: 1000 });
    world.dispatcher.addCustomer(world.customer(id(1)));
    const link = await world.join("m");
    for (let i = 0; i < 4000 && world.customerState(id(1))?.state !== "failed"; i++) {
      const held = link.sent.findLast(({ input }) => input.x === id(1))?.job_id ?? "";
      if (link.open.includes(held)) link.giveBack(held);
      await world.pass(1000, 1000);
    }
    assert.deepEqual([world.customerState(id(1))?.attempts, times(link, id(1))], [21, 21]);
  });
});

describe("a customer's job that is not drawn for verification", () => {
  const unsampled = () => new World({ customerRate: "0" });

  it("is done with its answer, which is not verified", async () => {
    const world = unsampled();
    world.dispatcher.addCustomer(world.customer(id(1)));
    const link = await world.join("m");
    link.answer(id(1));
    await world.settle();
    assert.equal(world.checks.length, 0);
    assert.deepEqual(world.customerState(id(1)), {
      ...{ jobId: id(1), attempts: 1, state: "done", answer: `"answer to ${id(1)}"`, verified: false },
      ...{ hotkey: "m", code: null, endedAt: world.clock.now },
    });
  });

  it("goes to another miner when the answer is not JSON or too large, at the miner's cost", async () => {
    const world = unsampled();
    world.dispatcher.addCustomer(world.customer(id(1)));
    const bad = await world.join("a");
    bad.answer(id(1), answerOf("{"));
    await world.settle();
    const large = await world.join("b");
    large.answer(id(1), answerOf(JSON.stringify("x".repeat(65_535))));
    await world.settle();
    const good = await world.join("c");
    good.answer(id(1), answerOf(JSON.stringify("x".repeat(65_534))));
    await world.pass(1000);
    const { state, attempts, hotkey } = world.customerState(id(1)) ?? assert.fail();
    assert.deepEqual([state, attempts, hotkey], ["done", 3, "c"]);
    assert.deepEqual(
      ["a", "b", "c"].map((hotkey) => world.records.sums(hotkey).failed),
      [1, 1, 0],
    );
  });
});

it("private inputs are sent to the miner, and are no part of what is checked", async () => {
  const world = new World();
  world.dispatcher.addCustomer(world.customer(id(1), { privateInput: { w: ["5", "6"] } }));
  const first = await world.join("a");
  assert.deepEqual(first.sent[0]?.input, { x: id(1), w: ["5", "6"] });
  first.giveBack(id(1));
  const second = await world.join("b");
  assert.deepEqual(second.sent[0]?.input, { x: id(1), w: ["5", "6"] }, "another miner needs them as well");
  second.answer(id(1));
  await world.settle();
  assert.deepEqual(world.checks[0]?.job.input, { x: id(1) });
});
