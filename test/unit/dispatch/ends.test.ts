import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { stateText } from "../../../src/dispatch/records/savedState.ts";
import { answerOf, type FakeLink } from "../../support/dispatch/link.ts";
import { error, invalid, proveLane, valid, World, type WorldOptions } from "../../support/dispatch/world.ts";

/** Every answer is worth 100 ms, a failure costs 200. */
const kinds = new Map([["square", Array.from({ length: 8 }, () => 100)]]);

function worldOf(options: WorldOptions = {}, caps: Record<string, number> = {}): World {
  return new World({ saved: stateText({ caps: new Map(Object.entries(caps)), kinds }), ...options });
}

/** Joins with `capacity` jobs in flight, past the first hundred results; what came of those is forgotten. */
async function warm(world: World, hotkey: string, capacity: number): Promise<FakeLink> {
  const link = await world.join(hotkey, { capacity });
  for (let i = 0; i < 100; i++) {
    await world.pass(100, 100);
    link.answer();
    await world.settle();
    while (world.checks.length > 0) await world.verdict(valid);
  }
  await world.pass(250);
  world.records.work.length = 0;
  assert.equal(link.open.length, capacity);
  return link;
}

const open = (link: FakeLink): string => link.open[0] ?? assert.fail("nothing is open");
const dropped = (world: World): number =>
  world.metrics.get("assay_dispatch_dropped_total", { why: "retries" });

describe("a job that is answered", () => {
  it("is credited when it is not sampled, its answer never read, and the next one comes", async () => {
    const world = worldOf();
    const link = await world.join("m");
    assert.equal(link.sent.length, 1);
    assert.equal(
      link.answer(
        open(link),
        answerOf("x", () => assert.fail("read")),
      ),
      null,
    );
    await world.pass(250);
    assert.equal(link.sent.length, 2);
    assert.deepEqual(world.records.sums("m"), { credit: 100, debit: 0, accepted: 1, failed: 0 });
    assert.deepEqual([world.checks.length, world.unanswered.length], [0, 0]);
  });

  it("is verified against its input when it is sampled, and paid by its end alone", async () => {
    const world = worldOf({ rate: "1" });
    const link = await world.join("m");
    const order = link.sent[0];
    link.answer(open(link), answerOf('{"proof":1}'));
    await world.pass(250);
    assert.equal(link.sent.length, 2, "the slot is free before the verdict");
    const job = world.checks[0]?.job;
    assert.deepEqual(job && { ...job, draw: null }, {
      ...{ jobId: order?.job_id, lane: "prove", kind: "square", hotkey: "m", draw: null, block: 1000 },
      ...{ input: order?.input, answer: '{"proof":1}', credit: 100, startedAt: 1_700_000_000_000 },
    });
    await world.verdict(valid);
    await world.pass(250);
    assert.deepEqual(world.concluded[0], { job, verdict: valid });
    assert.deepEqual(world.records.work, []);
  });

  it("is told once: a second answer, a foreign one and one to no job have no effect", async () => {
    const world = worldOf();
    const [link, other] = [await world.join("m"), await world.join("n")];
    const jobId = open(link);
    assert.equal(other.answer(jobId), "job_not_yours");
    assert.equal(other.giveBack(jobId), "job_not_yours");
    assert.equal(link.answer(jobId), null);
    assert.equal(link.answer(jobId), "job_already_answered");
    assert.equal(link.giveBack(jobId), "job_already_answered");
    assert.equal(other.answer(jobId), "job_unknown");
    assert.equal(link.answer("jb_00000000000000000000000000000000"), "job_unknown");
    await world.pass(250);
    assert.deepEqual(world.records.sums("m"), { credit: 100, debit: 0, accepted: 1, failed: 0 });
    assert.deepEqual(world.records.sums("n"), { credit: 0, debit: 0, accepted: 0, failed: 0 });
    assert.equal(world.metrics.get("assay_dispatch_refused_frames_total"), 6);
  });
});

describe("a job that is given back", () => {
  it("is debited, goes to another miner, and makes the miner wait", async () => {
    const world = worldOf();
    const link = await world.join("m");
    const order = link.sent[0];
    assert.equal(link.giveBack(), null);
    await world.pass(250);
    assert.deepEqual(world.records.sums("m"), { credit: 0, debit: 200, accepted: 0, failed: 1 });
    assert.equal(link.sent.length, 1);
    const other = await world.join("n");
    assert.deepEqual(other.sent[0], order, "the same job");
    await world.pass(500);
    assert.equal(link.sent.length, 1, "within its second");
    await world.pass(500);
    assert.equal(link.sent.length, 2);
    assert.notEqual(link.sent[1]?.job_id, order?.job_id, "never the same job again");
    assert.deepEqual([link.closedWith, world.unreachable], [null, []]);
  });

  it("makes the miner wait longer each time, until it answers", async () => {
    const world = worldOf();
    const link = await world.join("m");
    const waits: number[] = [];
    for (let i = 0; i < 4; i++) {
      if (i === 3) {
        link.answer();
        await world.settle();
      }
      link.giveBack();
      const sent = link.sent.length;
      let ms = 0;
      for (; link.sent.length === sent; ms += 250) await world.pass(250);
      waits.push(ms);
    }
    assert.deepEqual(waits, [1000, 2000, 4000, 1000]);
  });

  it("ends in the log when it was sampled", async () => {
    const world = worldOf({ rate: "1" });
    const link = await world.join("m");
    const jobId = open(link);
    link.giveBack();
    assert.deepEqual(world.unanswered, [
      { sample: { jobId, epoch: 7, lane: "prove", hotkey: "m" }, code: "handler_error" },
    ]);
  });

  it("goes to at most six miners when it is a benchmark, and to each of them once", async () => {
    const world = worldOf();
    const links = [await world.join("m0")];
    const jobId = open(links[0] ?? assert.fail());
    for (let i = 0; i < 8; i++) {
      const link = links.find((one) => one.open.includes(jobId));
      if (link === undefined) break;
      assert.equal(dropped(world), 0);
      link.giveBack(jobId);
      links.push(await world.join(`m${i + 1}`));
    }
    assert.equal(links.filter((link) => link.sent.some(({ job_id }) => job_id === jobId)).length, 6);
    assert.equal(dropped(world), 1);
  });
});

describe("a job without an answer", () => {
  it("fails at its deadline, and a late answer has no effect", async () => {
    const world = worldOf({ rate: "1" });
    const link = await world.join("m");
    const jobId = open(link);
    assert.equal(link.sent[0]?.deadline_ms, 180_000);
    await world.pass(179_750);
    assert.equal(world.dispatcher.stats().inFlight, 1);
    await world.pass(250);
    assert.equal(world.dispatcher.stats().inFlight, 0);
    assert.deepEqual(world.unanswered[0]?.code, "timeout");
    assert.equal(link.answer(jobId), "job_already_answered");
    await world.pass(250);
    assert.deepEqual(world.records.sums("m"), { credit: 0, debit: 200, accepted: 0, failed: 1 });
    assert.deepEqual([link.closedWith, world.unreachable, world.checks.length], [null, [], 0]);
  });

  it("is in time at the last moment", async () => {
    const world = worldOf();
    const link = await world.join("m");
    await world.pass(179_999);
    assert.equal(link.answer(), null);
  });

  it("answered late has no effect either while another miner has it", async () => {
    const world = worldOf();
    const link = await world.join("m");
    const jobId = open(link);
    await world.pass(180_000);
    const other = await world.join("n");
    assert.equal(open(other), jobId);
    assert.equal(link.answer(jobId), "job_already_answered");
    assert.equal(other.answer(jobId), null);
  });

  it("has the deadline of its kind: twice the 95th percentile, in whole ms", async () => {
    const times = Array.from({ length: 100 }, (_, i) => 1000.3 + i);
    const world = worldOf({ saved: stateText({ caps: new Map(), kinds: new Map([["square", times]]) }) });
    const link = await world.join("m");
    assert.equal(link.sent[0]?.deadline_ms, Math.ceil(2 * 1095.3));
    await world.pass(2250);
    assert.deepEqual(world.dispatcher.stats().inFlight, 0);
  });
});

describe("a miner that cannot be reached", () => {
  it("when it is dialled loses all that it was sent, and judge hears of it once", async () => {
    const world = worldOf({ rate: "1" }, { m: 32 });
    const link = await warm(world, "m", 3);
    const jobs = [...link.open];
    link.missed();
    for (const jobId of jobs.slice(1)) link.missed(jobId);
    await world.pass(250);
    assert.deepEqual(world.unreachable, ["m"]);
    assert.deepEqual(world.unanswered.map(({ sample, code }) => [sample.jobId, code]).toSorted(), [
      ...jobs.map((jobId) => [jobId, "unreachable"]).toSorted(),
    ]);
    assert.deepEqual(world.records.sums("m"), { credit: 0, debit: 600, accepted: 0, failed: 3 });
    assert.equal(link.answer(jobs[1]), "job_already_answered");
    const other = await world.join("n");
    assert.ok(jobs.includes(open(other)));
  });

  it("keeps its jobs for ten seconds after its stream is lost, and loses them then", async () => {
    const world = worldOf({}, { m: 32 });
    const link = await warm(world, "m", 2);
    const jobs = [...link.open];
    link.close("gone");
    await world.pass(9750);
    assert.deepEqual([world.dispatcher.stats().inFlight, world.unreachable], [2, []]);
    await world.pass(250);
    assert.deepEqual([world.dispatcher.stats().inFlight, world.unreachable], [0, ["m"]]);
    await world.pass(250);
    assert.deepEqual(world.records.sums("m"), { credit: 0, debit: 400, accepted: 0, failed: 2 });
    const back = await world.join("m");
    for (const jobId of jobs) assert.equal(back.answer(jobId), "job_already_answered");
  });

  it("and is back in time has lost nothing: its answers to the old jobs are taken", async () => {
    const world = worldOf({}, { m: 32 });
    const link = await warm(world, "m", 2);
    const jobs = [...link.open];
    link.close("silent");
    await world.pass(9750);
    const back = await world.join("m", { capacity: 3 });
    assert.equal(back.sent.length, 1, "beside the two that it still has");
    await world.pass(20_000);
    for (const jobId of jobs) assert.equal(back.answer(jobId), null);
    await world.pass(250);
    assert.deepEqual(world.records.sums("m"), { credit: 200, debit: 0, accepted: 2, failed: 0 });
    assert.deepEqual(world.unreachable, []);
  });

  it("with nothing in flight costs nothing, however long it is away", async () => {
    const world = worldOf({ ceiling: 1 });
    await world.join("busy");
    const link = await world.join("m");
    assert.equal(link.sent.length, 0);
    link.close("gone");
    await world.pass(60_000);
    assert.deepEqual([world.unreachable, world.records.sums("m").failed], [[], 0]);
  });

  it("costs nothing for jobs that were picked and not yet sent, however slow the store is", async () => {
    const world = worldOf({ rate: "1" });
    const { promise, resolve } = Promise.withResolvers<void>();
    world.records.held = promise;
    const link = await world.join("m");
    assert.deepEqual([link.sent.length, world.dispatcher.stats().inFlight], [0, 1]);
    link.close("gone");
    await world.pass(15_000);
    assert.deepEqual(world.unreachable, []);
    resolve();
    await world.settle();
    assert.deepEqual([link.sent.length, world.dispatcher.stats().inFlight], [0, 0]);
    assert.deepEqual(
      world.unanswered.map(({ code }) => code),
      ["unsent"],
    );
    await world.pass(250);
    assert.deepEqual(world.records.work, []);
  });

  it("loses its jobs without a debit when it is the validator that stops", async () => {
    const world = worldOf({ rate: "1" });
    const link = await world.join("m");
    link.close("shutting_down");
    await world.pass(20_000);
    assert.deepEqual([world.dispatcher.stats().inFlight, world.unreachable], [0, []]);
    assert.deepEqual(world.unanswered[0]?.code, "validator_stopped");
    assert.deepEqual(world.records.work, []);
  });
});

describe("a link that is replaced", () => {
  it("is closed, and its jobs go on over the new one", async () => {
    const world = worldOf();
    const link = await world.join("m");
    const jobId = open(link);
    const young = await world.join("m");
    assert.equal(link.closedWith, "replaced");
    assert.equal(young.sent.length, 0, "the cap holds over both");
    await world.pass(20_000);
    assert.deepEqual(world.unreachable, []);
    assert.equal(young.answer(jobId), null);
    await world.settle();
    assert.equal(young.sent.length, 1);
    assert.equal(link.sent.length, 1);
    assert.equal(world.dispatcher.stats().miners, 1);
  });

  it("sends what was picked before over the new one, unless that does not do the lane", async () => {
    const lanes = [proveLane("prove"), proveLane("other")];
    for (const [names, count] of [
      [["prove"], 1],
      [["other"], 0],
    ] as const) {
      const world = worldOf({ lanes });
      const { promise, resolve } = Promise.withResolvers<void>();
      world.records.held = promise;
      await world.join("m", { lanes: ["prove"] });
      const young = world.link("m", { lanes: [...names] });
      world.dispatcher.opened(young);
      world.records.held = null;
      resolve();
      await world.settle();
      assert.equal(young.sent.filter(({ lane }) => lane === "prove").length, count);
      assert.ok(young.sent.every(({ lane }) => names.some((name) => name === lane)));
    }
  });
});

describe("a proven cheat", () => {
  it("ends the link; what is in flight is withdrawn without a debit and given to others", async () => {
    const world = worldOf({ rate: "1" }, { m: 32 });
    const link = await warm(world, "m", 3);
    link.answer();
    const jobs = [...link.open];
    await world.settle();
    await world.verdict(invalid);
    assert.equal(link.closedWith, "suspended");
    assert.deepEqual(world.dispatcher.stats().inFlight, 0);
    await world.pass(20_000);
    assert.deepEqual([world.unreachable, world.records.sums("m").debit], [[], 0]);
    assert.ok(world.unanswered.length >= 2);
    assert.ok(world.unanswered.every(({ code }) => code === "suspended"));
    assert.equal(link.answer(jobs[0]), "job_already_answered");
    const other = await world.join("n");
    assert.ok(jobs.includes(open(other)));
    assert.equal(world.dispatcher.stats().miners, 1);
  });

  it("loses credit that is not on record, and earns none while its strike is recorded", async () => {
    const world = worldOf({ rate: "1/2" }, { m: 32 });
    const link = await warm(world, "m", 8);
    const { promise, resolve } = Promise.withResolvers<void>();
    world.concluding = () => promise;
    while (world.checks.length === 0) link.answer();
    const credited = world.records.sums("m");
    assert.equal(credited.credit, 0, "not on record yet");
    world.checks.shift()?.tell(invalid);
    for (const jobId of [...link.open]) assert.equal(link.answer(jobId), "job_already_answered");
    resolve();
    await world.pass(500);
    assert.equal(world.records.sums("m").credit, 0);
  });

  it("gets no job and keeps none from its verdict on, however long the strike takes to be recorded", async () => {
    const world = worldOf({ rate: "1" }, { m: 32 });
    const link = await warm(world, "m", 3);
    link.answer();
    const { promise, resolve } = Promise.withResolvers<void>();
    world.concluding = () => promise;
    const sent = link.sent.length;
    world.checks.shift()?.tell(invalid);
    assert.equal(world.dispatcher.stats().inFlight, 0, "in the same turn");
    await world.pass(60_000);
    assert.deepEqual([link.sent.length, link.closedWith], [sent, null]);
    assert.equal(world.dispatcher.stats().inFlight, 0);
    resolve();
    await world.settle();
    assert.equal(link.closedWith, "suspended");
  });

  it("of a lane that rejects, or whose form alone is refused, takes nothing from the miner", async () => {
    const lenient = proveLane();
    const reject = { ...lenient, policy: { ...lenient.policy, penalty: "reject" as const } };
    for (const [lanes, verdict] of [
      [[reject], invalid],
      [[lenient], { outcome: "invalid", code: "assignment_spare_bits", spared: true }],
    ] as const) {
      const world = worldOf({ rate: "1", lanes }, { m: 32 });
      const link = await warm(world, "m", 3);
      link.answer();
      const { promise, resolve } = Promise.withResolvers<void>();
      world.concluding = () => promise;
      world.concludesAs = "rejected";
      const before = world.dispatcher.stats().inFlight;
      world.checks.shift()?.tell(verdict);
      assert.equal(world.dispatcher.stats().inFlight, before);
      resolve();
      await world.settle();
      assert.equal(link.closedWith, null);
    }
  });

  it("gets jobs again where its strike does not suspend", async () => {
    const world = worldOf({ rate: "1" }, { m: 32 });
    const link = await warm(world, "m", 3);
    link.answer();
    world.concludesAs = "struck";
    await world.verdict(invalid);
    assert.equal(link.closedWith, null);
    const sent = link.sent.length;
    await world.pass(500);
    assert.ok(link.sent.length > sent);
  });

  it("of another lane, being recorded, holds jobs back too, and only for so long", async () => {
    const world = worldOf();
    world.caught.add("m");
    const link = await world.join("m");
    await world.pass(5000);
    assert.deepEqual([link.sent.length, link.closedWith], [0, null]);
    world.caught.delete("m");
    await world.pass(250);
    assert.equal(link.sent.length, 1);
  });

  it("earns nothing with verdicts that come late", async () => {
    const world = worldOf({ rate: "1" }, { m: 32 });
    const link = await warm(world, "m", 4);
    for (let i = 0; i < 4; i++) link.answer();
    await world.settle();
    world.concluded.length = 0;
    await world.verdict(valid);
    await world.verdict(invalid);
    await world.verdict(valid);
    await world.verdict(error);
    const paid = world.concluded.map(({ job, verdict }) => [verdict.outcome, job.credit]);
    assert.deepEqual(paid, [
      ["valid", 100],
      ["invalid", 100],
      ["valid", 0],
      ["error", 0],
    ]);
  });

  it("earns nothing either with a verdict that comes while the strike is recorded", async () => {
    const world = worldOf({ rate: "1" }, { m: 32 });
    const link = await warm(world, "m", 2);
    link.answer();
    link.answer();
    world.concluded.length = 0;
    world.checks.shift()?.tell(invalid);
    world.checks.shift()?.tell(valid);
    await world.settle();
    assert.deepEqual(
      world.concluded.map(({ job }) => job.credit),
      [100, 0],
    );
  });

  it("is linked again while suspended only to be told so", async () => {
    const world = worldOf();
    world.suspended.add("m");
    const link = await world.join("m");
    assert.deepEqual([link.sent.length, link.closedWith], [0, "suspended"]);
    world.suspended.delete("m");
    assert.equal((await world.join("m")).sent.length, 1);
  });

  it("found by an operator ends the link as fast", async () => {
    const world = worldOf();
    const link = await world.join("m");
    world.suspended.add("m");
    world.dispatcher.suspendHotkey("m");
    world.dispatcher.suspendHotkey("nobody");
    assert.deepEqual([link.closedWith, world.dispatcher.stats().inFlight], ["suspended", 0]);
  });

  it("that had jobs picked and not yet sent never gets them", async () => {
    const world = worldOf({ rate: "1" });
    const { promise, resolve } = Promise.withResolvers<void>();
    world.records.held = promise;
    const link = await world.join("m");
    world.suspended.add("m");
    world.dispatcher.suspendHotkey("m");
    resolve();
    await world.settle();
    assert.deepEqual([link.sent.length, world.dispatcher.stats().inFlight], [0, 0]);
    // Once more after the draw is on record: the first end may have come to the store before it.
    assert.deepEqual(
      world.unanswered.map(({ code }) => code),
      ["suspended", "unsent"],
    );
  });
});

describe("a job that is withdrawn before its draw was given to the store", () => {
  it("has no draw on record, since nothing would end its sample", async () => {
    const world = worldOf({ rate: "1" });
    const { promise, resolve } = Promise.withResolvers<void>();
    world.records.held = promise;
    await world.join("first");
    // Picked while the first record is under way, so it waits for the next.
    await world.join("m");
    world.dispatcher.suspendHotkey("m");
    const withdrawn = world.unanswered.map(({ sample }) => sample.jobId);
    assert.equal(withdrawn.length, 1);
    resolve();
    world.records.held = null;
    await world.pass(500);
    const drawn = world.records.draws.flat().filter(({ hotkeys }) => hotkeys.includes("m"));
    assert.deepEqual(drawn, []);
  });
});

describe("a miner that was suspended and released while its jobs were being recorded", () => {
  it("gets another job than the one that was withdrawn", async () => {
    const world = worldOf({ rate: "1" });
    const { promise, resolve } = Promise.withResolvers<void>();
    world.records.held = promise;
    await world.join("m");
    world.dispatcher.suspendHotkey("m");
    const withdrawn = world.unanswered[0]?.sample.jobId;
    const link = await world.join("m");
    world.records.held = null;
    resolve();
    await world.settle();
    assert.equal(link.sent.length, 1);
    assert.notEqual(link.sent[0]?.job_id, withdrawn);
    const other = await world.join("n");
    assert.equal(other.sent[0]?.job_id, withdrawn);
  });
});

describe("a wrong answer on a lane that only rejects", () => {
  it("is debited; the miner and its other credit stay", async () => {
    const lane = proveLane();
    const reject = { ...lane, policy: { ...lane.policy, penalty: "reject" as const } };
    const world = worldOf({ rate: "1/2", lanes: [reject] });
    const link = await world.join("m");
    let credit = 0;
    for (; world.checks.length === 0; credit += 100) {
      link.answer();
      await world.settle();
    }
    await world.verdict(invalid);
    await world.pass(250);
    assert.equal(link.closedWith, null);
    const { debit, failed, ...sums } = world.records.sums("m");
    assert.deepEqual([debit, failed, sums.credit], [200, 1, credit - 100]);
  });
});

describe("a check that ends in error", () => {
  it("costs nobody anything, and a benchmark is not tried again", async () => {
    const world = worldOf({ rate: "1" });
    const link = await world.join("m");
    const jobId = open(link);
    link.answer();
    await world.settle();
    await world.verdict(error);
    const other = await world.join("n");
    await world.pass(1000);
    assert.equal(link.closedWith, null);
    assert.ok(other.sent.every(({ job_id }) => job_id !== jobId));
    assert.deepEqual(world.records.work, []);
    assert.equal(world.concluded.length, 1);
  });
});
