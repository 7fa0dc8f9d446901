import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FakeLink } from "../../support/dispatch/link.ts";
import { error, invalid, proveLane, valid, World } from "../../support/dispatch/world.ts";

const id = (i: number): string => `jb_${String(i).padStart(32, "0")}`;
const has = (link: FakeLink, jobId: string): boolean => link.sent.some(({ job_id }) => job_id === jobId);

describe("a customer's job", () => {
  it("goes first, looks like a benchmark, is always sampled, and is done with its verified answer", async () => {
    const world = new World();
    world.dispatcher.addCustomer(world.customer(id(1)));
    assert.equal(world.dispatcher.stats().queued, 1);
    const link = await world.join("m");
    assert.deepEqual(Object.keys(link.sent[0] ?? {}), ["job_id", "lane", "kind", "input", "deadline_ms"]);
    assert.deepEqual(link.sent[0]?.input, { x: id(1) });
    link.answer();
    await world.settle();
    assert.deepEqual(Object.keys(link.sent[1] ?? {}), Object.keys(link.sent[0] ?? {}));
    assert.equal(world.customerState(id(1)), undefined, "not before the verdict");
    world.clock.advance(5);
    await world.verdict(valid);
    assert.deepEqual(world.customerState(id(1)), {
      ...{
        jobId: id(1),
        attempts: 1,
        state: "done",
        answer: `"answer to ${id(1)}"`,
        verified: true,
        hotkey: "m",
        code: null,
      },
      endedAt: world.clock.now,
    });
    assert.equal(world.records.customers.length, 1);
    const attempts = world.concluded.map(({ job }) => job.customerAttempts);
    assert.deepEqual(attempts, [1], "its end goes to the store with the verdict");
  });

  it("goes to another miner after a wrong answer, an error and every failure", async () => {
    const world = new World();
    world.dispatcher.addCustomer(world.customer(id(1)));
    const ends: [string, (link: FakeLink) => Promise<void> | void][] = [
      [
        "invalid",
        async (link) => {
          link.answer(id(1));
          await world.verdict(invalid);
        },
      ],
      [
        "error",
        async (link) => {
          link.answer(id(1));
          await world.verdict(error);
        },
      ],
      ["given back", (link) => void link.giveBack(id(1))],
      ["unreachable", (link) => link.missed(id(1))],
      ["timeout", () => world.pass(180_000)],
      [
        "lost",
        (link) => {
          link.close("gone");
          return world.pass(10_000);
        },
      ],
      [
        "suspended",
        (link) => {
          world.suspended.add(link.hotkey);
          world.dispatcher.suspendHotkey(link.hotkey);
        },
      ],
    ];
    for (const [i, [why, end]] of ends.entries()) {
      const link = await world.join(`m${i}`);
      assert.ok(has(link, id(1)), `before ${why}`);
      await end(link);
      await world.settle();
      assert.equal(world.customerState(id(1))?.attempts, i + 1, why);
      assert.equal(world.customerState(id(1))?.state, "queued", why);
    }
    const last = await world.join("last");
    last.answer(id(1));
    await world.verdict(valid);
    assert.deepEqual(
      [world.customerState(id(1))?.state, world.customerState(id(1))?.attempts],
      ["done", ends.length + 1],
    );
  });

  it("is tried again 20 times, never at the same miner, and fails with the last reason then", async () => {
    const world = new World();
    world.dispatcher.addCustomer(world.customer(id(1)));
    for (let i = 0; i < 21; i++) {
      assert.notEqual(world.customerState(id(1))?.state, "failed", `before attempt ${i + 1}`);
      const link = await world.join(`m${i}`);
      assert.ok(has(link, id(1)));
      link.giveBack(id(1));
      await world.pass(2000);
      assert.equal(link.sent.filter(({ job_id }) => job_id === id(1)).length, 1);
    }
    const { state, attempts, code, endedAt } = world.customerState(id(1)) ?? assert.fail();
    assert.deepEqual([state, attempts, code], ["failed", 21, "handler_error"]);
    assert.ok(endedAt !== null);
    assert.ok(!has(await world.join("another"), id(1)));
  });

  it("has the attempts of an earlier run behind it", async () => {
    const world = new World();
    world.dispatcher.addCustomer(world.customer(id(1), { attempts: 19 }));
    const states: (string | undefined)[] = [];
    for (const hotkey of ["a", "b"]) {
      (await world.join(hotkey)).giveBack(id(1));
      await world.settle();
      states.push(world.customerState(id(1))?.state);
    }
    assert.deepEqual(states, ["queued", "failed"]);
  });

  it("does not fail because it was taken away from a miner", async () => {
    const world = new World();
    world.dispatcher.addCustomer(world.customer(id(1), { attempts: 20 }));
    const link = await world.join("m");
    assert.ok(has(link, id(1)));
    const drained = world.dispatcher.drain(0);
    world.dispatcher.tick();
    await drained;
    assert.equal(world.customerState(id(1))?.state, "queued");
  });

  it("does not fail either because the end of its good answer is not on record", async () => {
    const world = new World();
    world.dispatcher.addCustomer(world.customer(id(1), { attempts: 20 }));
    const link = await world.join("m");
    link.answer(id(1));
    await world.settle();
    world.concludesAs = "void";
    await world.verdict(valid);
    assert.equal(world.customerState(id(1))?.state, "queued");
  });

  it("waits in order with the others, and they are served in order by the miners that are free", async () => {
    const world = new World();
    for (let i = 0; i < 5; i++) world.dispatcher.addCustomer(world.customer(id(i)));
    const link = await world.join("m");
    for (let i = 0; i < 5; i++) {
      link.answer();
      await world.settle();
    }
    assert.deepEqual(
      link.sent.slice(0, 5).map(({ job_id }) => job_id),
      [0, 1, 2, 3, 4].map(id),
    );
  });

  it("does not wait behind those that every miner here has had", async () => {
    const world = new World({ againMs: 86_400_000 });
    const link = await world.join("m");
    link.answer();
    for (let i = 0; i < 20; i++) world.dispatcher.addCustomer(world.customer(id(i)));
    for (let i = 0; i < 20; i++) {
      await world.settle();
      link.giveBack();
      await world.pass(61_000, 1000);
    }
    world.dispatcher.addCustomer(world.customer(id(99)));
    for (let i = 0; i < 5 && !has(link, id(99)); i++) {
      link.answer();
      await world.settle();
    }
    assert.ok(has(link, id(99)));
  });

  it("of a lane that nobody here serves does not hold up the others", async () => {
    const world = new World({ lanes: [proveLane("prove"), proveLane("other")] });
    for (let i = 0; i < 20; i++) world.dispatcher.addCustomer(world.customer(id(i), { lane: "other" }));
    world.dispatcher.addCustomer(world.customer(id(50)));
    const link = await world.join("m", { lanes: ["prove"] });
    for (let i = 0; i < 5 && !has(link, id(50)); i++) {
      link.answer();
      await world.settle();
    }
    assert.ok(has(link, id(50)));
    const other = await world.join("n", { lanes: ["other"] });
    assert.equal(other.sent[0]?.lane, "other");
    assert.ok(!has(other, id(50)));
  });

  it("of no lane here is left in the store", async () => {
    const world = new World();
    world.dispatcher.addCustomer(world.customer(id(1), { lane: "gone" }));
    assert.equal(world.dispatcher.stats().queued, 0);
  });

  it("past the bound is left in the store, and counted", () => {
    const world = new World({ queuedMax: 2 });
    for (let i = 0; i < 3; i++) world.dispatcher.addCustomer(world.customer(id(i)));
    assert.equal(world.dispatcher.stats().queued, 2);
    assert.equal(world.metrics.get("assay_dispatch_dropped_total", { why: "queue_full" }), 1);
  });

  it("is recorded as done as soon as the store is back", async () => {
    const world = new World();
    world.dispatcher.addCustomer(world.customer(id(1)));
    const link = await world.join("m");
    link.answer(id(1));
    world.storeIsDown();
    await world.verdict(valid);
    await world.pass(1000);
    assert.equal(world.customerState(id(1)), undefined);
    world.storeIsUp();
    await world.pass(250);
    assert.equal(world.customerState(id(1))?.state, "done");
  });
});
