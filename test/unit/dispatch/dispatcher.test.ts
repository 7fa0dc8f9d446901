import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import { makeDispatchMeasures } from "../../../src/dispatch/measures.ts";
import { stateText } from "../../../src/dispatch/records/savedState.ts";
import { isJobId } from "../../../src/flow/job.ts";
import { MetricRegistry } from "../../../src/observe/metrics.ts";
import type { FakeLink } from "../../support/dispatch/link.ts";
import { invalid, proveLane, valid, World, type WorldOptions } from "../../support/dispatch/world.ts";

const id = (i: number): string => `jb_${String(i).padStart(32, "0")}`;
const sent = (links: readonly FakeLink[]): number => links.reduce((sum, link) => sum + link.sent.length, 0);

async function fleet(world: World, count: number): Promise<FakeLink[]> {
  const links: FakeLink[] = [];
  for (let i = 0; i < count; i++) links.push(await world.join(`m${i}`));
  return links;
}

/** A world in which one miner has `capacity` jobs at once. */
async function wide(capacity: number, options: WorldOptions = {}): Promise<{ world: World; link: FakeLink }> {
  const world = new World({ saved: stateText({ caps: new Map([["m", 32]]), kinds: new Map() }), ...options });
  const link = await world.join("m", { capacity });
  for (let i = 0; i < 100; i++) {
    link.answer();
    await world.settle();
    while (world.checks.length > 0) await world.verdict(valid);
  }
  assert.equal(link.open.length, capacity);
  return { world, link };
}

describe("the share of each miner", () => {
  it("is bounded by its cap, by what it says it can take, and by whether it reads", async () => {
    const { world, link } = await wide(5);
    assert.equal(link.open.length, 5);
    const one = await world.join("n", { capacity: 50 });
    assert.equal(one.open.length, 1, "not known yet");
    link.isFull = true;
    const before = link.sent.length;
    link.answer();
    await world.settle();
    assert.equal(link.sent.length, before);
    link.drain();
    await world.settle();
    assert.equal(link.open.length, 5);
  });

  it("ends when sending fills the link, until it is drained", async () => {
    const world = new World({ saved: stateText({ caps: new Map([["m", 32]]), kinds: new Map() }) });
    const link = await world.join("m", { capacity: 8 });
    link.onSend = () => {
      link.isFull = true;
    };
    link.answer();
    await world.settle();
    assert.equal(link.sent.length, 2);
    link.answer();
    await world.settle();
    assert.equal(link.sent.length, 2);
    link.drain();
    await world.settle();
    assert.equal(link.sent.length, 3);
  });

  it("goes to the miner with the least in flight, and among equals to the one that waited longest", async () => {
    const world = new World({ ceiling: 2 });
    const links = await fleet(world, 3);
    assert.deepEqual(
      links.map((link) => link.sent.length),
      [1, 1, 0],
    );
    const order: string[] = [];
    for (const link of links) link.onSend = () => order.push(link.hotkey);
    for (const i of [1, 2, 0, 1, 0, 2]) {
      links[i]?.answer();
      await world.settle();
    }
    assert.deepEqual(order, ["m2", "m1", "m2", "m0", "m1", "m0"]);
  });

  it("has all lanes of a miner in turn", async () => {
    const world = new World({ lanes: [proveLane("a"), proveLane("b")] });
    const link = await world.join("m");
    for (let i = 0; i < 3; i++) {
      link.answer();
      await world.settle();
    }
    assert.deepEqual(
      link.sent.map(({ lane }) => lane),
      ["a", "b", "a", "b"],
    );
  });

  it("is nothing where no lane makes benchmarks, until there is a customer's job", async () => {
    const world = new World({ lanes: [proveLane("prove", { issue: () => null })] });
    const link = await world.join("m");
    await world.pass(1000);
    assert.equal(link.sent.length, 0);
    world.dispatcher.addCustomer(world.customer(id(1)));
    await world.pass(250);
    assert.deepEqual(
      link.sent.map(({ job_id }) => job_id),
      [id(1)],
    );
  });

  it("starts with what an earlier run learned, within its bounds, whatever the note says", async () => {
    for (const note of ["", "null", "[1]", "{", '{"caps":7}', '{"caps":{"m":"x"},"kinds":{"square":"x"}}']) {
      const world = new World({ saved: note });
      assert.equal((await world.join("m")).sent.length, 1, note);
    }
    const world = new World({ saved: '{"version":1,"caps":{"m":100000,"n":-5}}' });
    await fleet(world, 0);
    await world.join("m");
    await world.join("n");
    assert.deepEqual(world.dispatcher.capOf("m"), { learned: 32, usable: 1 });
    assert.deepEqual(world.dispatcher.capOf("n"), { learned: 1, usable: 1 });
    assert.equal(world.dispatcher.capOf("nobody"), null);
  });
});

describe("jobs are held back", () => {
  it("at the ceiling, and one is sent for each that ends", async () => {
    const world = new World({ ceiling: 3 });
    const links = await fleet(world, 5);
    assert.deepEqual([sent(links), world.dispatcher.stats().holdReason], [3, "ceiling"]);
    links[0]?.answer();
    await world.settle();
    assert.deepEqual([sent(links), world.dispatcher.stats().inFlight], [4, 3]);
    assert.equal(world.dispatcher.stats().ceiling, 3);
  });

  it("all of them at a ceiling of 0", async () => {
    const world = new World({ ceiling: 0 });
    const links = await fleet(world, 2);
    await world.pass(1000);
    assert.deepEqual([sent(links), world.dispatcher.stats().holdReason], [0, "ceiling"]);
  });

  it("over the bytes in flight, until they are fewer", async () => {
    const world = new World({ bytesInFlight: 1 });
    const links = await fleet(world, 3);
    assert.deepEqual([sent(links), world.dispatcher.stats().holdReason], [1, "bytes"]);
    links[0]?.answer();
    await world.settle();
    assert.equal(sent(links), 2);
    for (const link of links) while (link.open.length > 0) link.answer();
    assert.equal(world.dispatcher.stats().bytes, 0);
  });

  it("over the bytes of jobs that are picked and not yet sent", async () => {
    const large = proveLane("prove", { issue: () => ({ kind: "square", input: { x: "1".repeat(1000) } }) });
    const world = new World({ bytesInFlight: 2500, lanes: [large] });
    world.block = null;
    const links = await fleet(world, 10);
    world.block = 1000;
    await world.pass(250);
    assert.equal(sent(links), 3, "each is over a thousand bytes");
  });

  it("over the bytes of answers until they are concluded", async () => {
    const world = new World({ bytesInFlight: 1, rate: "1" });
    const links = await fleet(world, 2);
    links[0]?.answer();
    await world.settle();
    assert.deepEqual([sent(links), world.dispatcher.stats().holdReason], [1, "bytes"]);
    const { promise, resolve } = Promise.withResolvers<void>();
    world.concluding = () => promise;
    await world.verdict(valid);
    await world.pass(250);
    assert.equal(sent(links), 1);
    resolve();
    await world.settle();
    await world.pass(250);
    assert.equal(sent(links), 2);
  });

  it("while verification has no room; answers are taken, and nothing is lost", async () => {
    const world = new World({ rate: "1" });
    const links = await fleet(world, 3);
    world.hasRoom = false;
    for (const link of links) assert.equal(link.answer(), null);
    await world.pass(5000);
    assert.deepEqual(
      [sent(links), world.checks.length, world.dispatcher.stats().holdReason],
      [3, 3, "verification"],
    );
    for (const link of links) assert.equal(link.closedWith, null);
    world.hasRoom = true;
    world.dispatcher.verificationFreed();
    await world.settle();
    assert.equal(sent(links), 6);
    while (world.checks.length > 0) await world.verdict(valid);
    assert.equal(world.concluded.length, 3);
  });

  it("while the height is unknown, and accounts wait for it", async () => {
    const world = new World();
    const links = await fleet(world, 2);
    world.block = null;
    for (const link of links) link.answer();
    await world.pass(1000);
    assert.deepEqual(
      [sent(links), world.records.work, world.dispatcher.stats().holdReason],
      [2, [], "height_unknown"],
    );
    world.block = 2000;
    await world.pass(250);
    assert.equal(sent(links), 4);
    assert.deepEqual(
      world.records.work.flat().map(({ block }) => block),
      [2000, 2000],
    );
  });

  it("by a ceiling that shrinks when memory is short, while caps do not change", async () => {
    const world = new World();
    const links = await fleet(world, 10);
    world.memory = 0.19;
    await world.pass(250);
    assert.equal(world.dispatcher.stats().ceiling, 9);
    for (const link of links) link.answer();
    await world.settle();
    assert.deepEqual([world.dispatcher.stats().inFlight, world.dispatcher.stats().holdReason], [9, "memory"]);
    world.memory = 0.5;
    await world.pass(60_000);
    assert.deepEqual([world.dispatcher.stats().inFlight, world.dispatcher.stats().ceiling], [10, null]);
  });
});

describe("the draw", () => {
  it("is on record before its job is sent", async () => {
    const world = new World({ rate: "1/2" });
    const { promise, resolve } = Promise.withResolvers<void>();
    world.records.held = promise;
    const links = await fleet(world, 3);
    await world.pass(5000);
    assert.deepEqual([sent(links), world.dispatcher.stats().inFlight], [0, 3]);
    for (const link of links) {
      link.onSend = ({ job_id }) => {
        assert.ok(
          world.records.rows().some((row) => row.startsWith(job_id)),
          `${job_id} before its draw`,
        );
      };
    }
    resolve();
    await world.settle();
    assert.equal(sent(links), 3);
  });

  it("shares a record with all that are picked with it: one group per lane and epoch, rows by hotkey", async () => {
    const world = new World({ rate: "1", lanes: [proveLane("a"), proveLane("b")] });
    world.block = null;
    const [first, second] = [
      await world.join("x", { lanes: ["a"] }),
      await world.join("y", { lanes: ["b"] }),
    ];
    const third = await world.join("z", { lanes: ["a"] });
    world.classes.set("x", ["cold_start"]);
    world.dispatcher.addCustomer(world.customer(id(1), { lane: "a" }));
    world.block = 1000;
    await world.pass(250);
    assert.equal(world.records.draws.length, 1);
    const [a, b] = world.records.draws[0] ?? [];
    assert.deepEqual(a, {
      ...{ epoch: 7, lane: "a", hotkeys: ["x", "z"] },
      rows: [`0 ${id(1)} lane 1`, `1 ${third.sent[0]?.job_id} lane 1`],
    });
    assert.deepEqual(b, {
      ...{ epoch: 7, lane: "b", hotkeys: ["y"] },
      rows: [`0 ${second.sent[0]?.job_id} lane 1`],
    });
    assert.equal(first.sent[0]?.job_id, id(1));
    assert.ok(third.sent.every(({ job_id }) => isJobId(job_id)));
  });

  it("has the classes that judge names, and the customer's, and says whether it is sampled", async () => {
    const world = new World({ rate: "0" });
    world.block = null;
    world.classes.set("m0", ["struck"]);
    const links = await fleet(world, 2);
    world.dispatcher.addCustomer(world.customer(id(1)));
    world.block = 1000;
    await world.pass(250);
    for (let i = 0; i < 20; i++) {
      for (const link of links) link.answer();
      await world.settle();
    }
    const rows = world.records.draws
      .flat()
      .flatMap(({ rows, hotkeys }) =>
        rows
          .map((row) => row.split(" "))
          .map(([i, , name, sampled]) => [hotkeys[Number(i)], name, sampled].join(" ")),
      );
    assert.equal(rows[0], "m0 customer 1");
    assert.ok(rows.includes("m0 struck 1") && rows.includes("m0 struck 0"));
    assert.ok(rows.slice(1).every((row) => row.startsWith("m0 struck") || row === "m1 lane 0"));
  });

  it("of a later epoch is of a group of its own", async () => {
    const world = new World();
    const links = await fleet(world, 1);
    world.epoch = 8;
    links[0]?.answer();
    await world.settle();
    assert.deepEqual(
      world.records.draws.flat().map(({ epoch }) => epoch),
      [7, 8],
    );
  });

  it("that is not recorded sends nothing; customers' jobs go back in order, and dispatch waits longer and longer", async () => {
    const world = new World();
    world.block = null;
    const links = await fleet(world, 3);
    for (let i = 0; i < 5; i++) world.dispatcher.addCustomer(world.customer(id(i)));
    world.storeIsDown();
    world.block = 1000;
    let tries = 0;
    const { refuse } = world.records;
    world.records.refuse = (what) => {
      if (what === "draws") tries++;
      return refuse(what);
    };
    const times: number[] = [];
    for (let ms = 0; ms < 16_000; ms += 250) {
      const before = tries;
      await world.pass(250);
      if (tries > before) times.push(ms);
      const { inFlight, bytes, queued } = world.dispatcher.stats();
      assert.deepEqual([inFlight, bytes, queued, sent(links)], [0, 0, 5, 0]);
    }
    assert.deepEqual(times, [0, 1000, 3000, 7000, 15_000]);
    assert.equal(world.dispatcher.stats().holdReason, "paused");
    // The store may have recorded what it refused.
    assert.equal(world.unanswered.length, 15);
    assert.ok(world.unanswered.every(({ code }) => code === "unsent"));
    world.storeIsUp();
    await world.pass(16_000);
    assert.deepEqual(
      links.map((link) => link.sent[0]?.job_id),
      [id(0), id(1), id(2)],
    );
    assert.equal(world.dispatcher.stats().queued, 2);
    assert.deepEqual(world.records.customers, [], "no attempt was made");
  });

  it("that cannot be made in this epoch puts the job back, and dispatch waits", async () => {
    const world = new World();
    world.drawFault = new AssayError({ code: "epoch_expired", epoch: 7, current: 9 });
    world.dispatcher.addCustomer(world.customer(id(1)));
    const links = await fleet(world, 2);
    await world.pass(10_000);
    const { inFlight, queued, holdReason } = world.dispatcher.stats();
    assert.deepEqual([sent(links), inFlight, queued, holdReason], [0, 0, 1, "paused"]);
    world.drawFault = null;
    await world.pass(30_000);
    assert.deepEqual(
      links.map((link) => link.sent.length),
      [1, 1],
    );
    assert.equal(links[0]?.sent[0]?.job_id, id(1));
  });

  it("is not made again for a job that waits for its record", async () => {
    const world = new World({ rate: "1/2" });
    const { promise, resolve } = Promise.withResolvers<void>();
    world.records.held = promise;
    const links = await fleet(world, 2);
    await world.pass(3000);
    resolve();
    await world.settle();
    const ids = world.records.rows().map((row) => row.split(" ")[0]);
    assert.equal(new Set(ids).size, ids.length);
    assert.equal(sent(links), ids.length);
  });

  it("has at most 1,024 jobs per record", async () => {
    const world = new World();
    world.block = null;
    const links = await fleet(world, 1100);
    world.block = 1000;
    await world.pass(250);
    assert.deepEqual(
      world.records.draws.map((groups) => groups.reduce((sum, { rows }) => sum + rows.length, 0)),
      [1024, 76],
    );
    assert.ok(links.every((link) => link.sent.length === 1));
  });

  it("stands although sending fails: the job ends and goes to another miner", async () => {
    const world = new World({ rate: "1" });
    world.block = null;
    const links = await fleet(world, 3);
    const [bad] = links;
    assert.ok(bad);
    bad.onSend = () => {
      throw new Error("broken");
    };
    world.block = 1000;
    await world.pass(250);
    assert.deepEqual(
      links.slice(1).map((link) => link.sent.length),
      [1, 1],
    );
    assert.ok(world.unanswered.length > 0);
    assert.ok(world.unanswered.every(({ sample, code }) => sample.hotkey === "m0" && code === "unsent"));
  });
});

describe("while no new work is taken", () => {
  for (const stop of ["storage_full", "draining"] as const)
    it(`for ${stop}, jobs in flight end and are recorded, and none is sent until that is over`, async () => {
      const world = new World();
      const links = await fleet(world, 2);
      world.intakeStop = stop;
      for (const link of links) link.answer();
      await world.pass(1000);
      assert.deepEqual([sent(links), world.dispatcher.stats().holdReason], [2, stop]);
      assert.deepEqual([world.records.sums("m0").accepted, world.records.sums("m1").accepted], [1, 1]);
      world.intakeStop = null;
      await world.pass(250);
      assert.ok(sent(links) > 2);
    });
});

describe("stopping", () => {
  it("hands out no more jobs and waits for those in flight", async () => {
    const world = new World();
    const links = await fleet(world, 2);
    let isDone = false;
    const drained = world.dispatcher.drain(5000).then(() => {
      isDone = true;
    });
    links[0]?.answer();
    await world.pass(1000);
    assert.deepEqual([isDone, sent(links), world.dispatcher.stats().holdReason], [false, 2, "draining"]);
    links[1]?.answer();
    await world.pass(250);
    await drained;
    assert.deepEqual([world.records.sums("m0").accepted, world.records.sums("m1").accepted], [1, 1]);
    assert.ok(world.records.notes.get("dispatch_state"));
    await world.pass(1000);
    assert.equal(sent(links), 2);
  });

  it("withdraws the jobs left at its deadline: without a debit, with their samples ended, customers' jobs kept", async () => {
    const world = new World({ rate: "1" });
    world.dispatcher.addCustomer(world.customer(id(1)));
    const links = await fleet(world, 2);
    const drained = world.dispatcher.drain(5000);
    await world.pass(4750);
    assert.equal(world.dispatcher.stats().inFlight, 2);
    await world.pass(250);
    await drained;
    const { inFlight, bytes, queued } = world.dispatcher.stats();
    assert.deepEqual([inFlight, bytes, queued], [0, 0, 1]);
    assert.deepEqual(
      world.unanswered.map(({ sample, code }) => [sample.hotkey, code]),
      [
        ["m0", "validator_stopped"],
        ["m1", "validator_stopped"],
      ],
    );
    assert.deepEqual([world.records.work, world.unreachable], [[], []]);
    assert.equal(world.customerState(id(1))?.state, "queued");
    assert.equal(links[0]?.answer(id(1)), "job_already_answered");
  });

  it("records the accounts of the last moment, also while others are being recorded", async () => {
    const world = new World();
    const links = await fleet(world, 2);
    const { promise, resolve } = Promise.withResolvers<void>();
    links[0]?.answer();
    world.records.held = promise;
    world.dispatcher.tick();
    links[1]?.answer();
    const drained = world.dispatcher.drain(0);
    world.dispatcher.tick();
    resolve();
    await drained;
    assert.deepEqual([world.records.sums("m0").accepted, world.records.sums("m1").accepted], [1, 1]);
  });

  it("saves what was learned for the next run, and ends even if that fails", async () => {
    const { world } = await wide(4, { rate: "1" });
    const drained = world.dispatcher.drain(0);
    world.dispatcher.tick();
    await drained;
    const saved = world.records.notes.get("dispatch_state") ?? assert.fail();
    const next = new World({ saved });
    await next.join("m");
    assert.equal(next.dispatcher.capOf("m")?.learned, 32);
    world.records.setNote = () => Promise.reject(new Error("full"));
    world.storeIsDown();
    await world.dispatcher.drain(0);
  });
});

describe("time", () => {
  it("of the wall may jump both ways, and nothing happens", async () => {
    const world = new World();
    const links = await fleet(world, 2);
    for (const jump of [86_400_000, -7 * 86_400_000, 5 * 86_400_000]) {
      world.clock.now += jump;
      await world.pass(500);
    }
    assert.deepEqual([world.dispatcher.stats().inFlight, world.unreachable, world.records.work], [2, [], []]);
    links[0]?.answer();
    await world.settle();
    assert.equal(sent(links), 3);
  });

  it("of a stall does not count: no job with time left times out, and no miner is lost", async () => {
    const times = Array.from({ length: 60 }, () => 2500);
    const world = new World({ saved: stateText({ caps: new Map(), kinds: new Map([["square", times]]) }) });
    const [link, lost] = [await world.join("m"), await world.join("n")];
    assert.equal(link.sent[0]?.deadline_ms, 5000);
    await world.pass(4000);
    lost.close("gone");
    await world.pass(10_000, 10_000);
    assert.deepEqual([world.dispatcher.stats().inFlight, world.unreachable], [2, []]);
    await world.pass(750);
    assert.equal(world.dispatcher.stats().inFlight, 2);
    await world.pass(500);
    assert.equal(world.dispatcher.stats().inFlight, 0, "the second that each had left is over");
  });
});

describe("the metrics", () => {
  it("are accepted by the registry", () => {
    makeDispatchMeasures(new MetricRegistry());
  });

  it("follow the state of dispatch", async () => {
    const world = new World({ rate: "1" });
    const link = await world.join("m");
    link.answer();
    await world.settle();
    await world.verdict(invalid);
    assert.equal(world.metrics.get("assay_dispatch_sent_total", { lane: "prove" }), 2);
    assert.equal(world.metrics.get("assay_dispatch_ended_total", { end: "answered" }), 1);
    assert.equal(world.metrics.get("assay_dispatch_ended_total", { end: "withdrawn" }), 1);
    assert.deepEqual(world.dispatcher.stats(), {
      ...{
        miners: 0,
        streams: 0,
        ready: 0,
        inFlight: 0,
        bytes: 0,
        ceiling: null,
        queued: 0,
        holdReason: null,
      },
    });
    await world.join("n", { transport: "dial" });
    await world.join("o");
    assert.deepEqual([world.dispatcher.stats().miners, world.dispatcher.stats().streams], [2, 1]);
    assert.equal(world.dispatcher.activeCount(), 3, "with the one that just went");
  });

  it("count the bytes of an answer that waits to be verified with those of jobs in flight", async () => {
    const world = new World({ rate: "1" });
    const link = await world.join("m");
    const before = world.dispatcher.stats().bytes;
    link.answer();
    await world.settle();
    assert.ok(world.dispatcher.stats().bytes > before, "the next job is as large");
    await world.verdict(valid);
    assert.equal(world.dispatcher.stats().bytes, before);
  });
});
