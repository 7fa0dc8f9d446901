import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sha256Hex } from "../../../src/core/hash.ts";
import { Deadlines, type Timed } from "../../../src/core/queue/deadlines.ts";
import { Backoff } from "../../../src/dispatch/backoff.ts";
import { holdReason, lowerCeiling, Totals } from "../../../src/dispatch/holdReasons.ts";
import { Ids } from "../../../src/dispatch/ids.ts";
import { InFlightJobs } from "../../../src/dispatch/inFlightJobs.ts";
import { LostMiners } from "../../../src/dispatch/lost.ts";
import { type InFlightJob, Miner } from "../../../src/dispatch/miner.ts";
import { MinerRegistry } from "../../../src/dispatch/minerRegistry.ts";
import { Stepper } from "../../../src/dispatch/stepper.ts";
import { sizeOf, type Work, WorkQueue } from "../../../src/dispatch/work.ts";
import { isJobId } from "../../../src/flow/job.ts";
import type { PushLane } from "../../../src/flow/lane.ts";
import { SeededRandom } from "../../support/dispatch/cap/queueing.ts";
import { FakeLink } from "../../support/dispatch/link.ts";
import { proveLane } from "../../support/dispatch/world.ts";

const lane = proveLane();

function workOf(jobId: string, had: string[] = [], of: PushLane = lane): Work {
  return { jobId, lane: of, seed: 1n, customer: null, had: had.length === 0 ? null : new Set(had) };
}

const untimed = (): Timed => ({ slot: -1, earlier: null, later: null });

describe("deadlines", () => {
  it("lifted at the head, in the middle and at the end of a slot leave the others in order", () => {
    for (const lifted of [[0], [2], [4], [0, 1], [3, 4], [1, 3], [0, 4], [4, 3, 2, 1, 0]]) {
      const deadlines = new Deadlines<Timed>(0);
      const items = Array.from({ length: 5 }, untimed);
      for (const item of items) deadlines.add(item, 1000);
      for (const i of lifted) deadlines.remove(items[i] ?? untimed());
      // Lifting it again, or one that never was set, changes nothing.
      for (const i of lifted) deadlines.remove(items[i] ?? untimed());
      deadlines.remove(untimed());
      const last = untimed();
      deadlines.add(last, 1000);
      const left = [...items.filter((_, i) => !lifted.includes(i)), last];
      const due = deadlines.due(1000);
      assert.equal(due.length, left.length);
      assert.ok(
        due.every((item, i) => item === left[i]),
        `without ${lifted}`,
      );
    }
  });

  const at = (deadlineAt: number, now = 0): { deadlines: Deadlines<Timed>; item: Timed } => {
    const deadlines = new Deadlines<Timed>(now);
    const item = untimed();
    deadlines.add(item, deadlineAt);
    return { deadlines, item };
  };

  it("fall due at the end of their slot, never early, and once", () => {
    for (const deadlineAt of [1, 249, 250, 251, 180_000, 180_000.5]) {
      const { deadlines, item } = at(deadlineAt);
      const end = Math.ceil(deadlineAt / 250) * 250;
      assert.deepEqual(deadlines.due(end - 0.01), [], `${deadlineAt} before its slot ends`);
      assert.deepEqual(deadlines.due(end), [item], `${deadlineAt} when its slot ends`);
      assert.deepEqual(deadlines.due(end + 1000), []);
    }
  });

  it("fall due together after a long time in which nobody looked, in order of their slots", () => {
    const deadlines = new Deadlines<Timed>(0);
    const items = [3000, 1000, 2000].map((deadlineAt) => {
      const item = untimed();
      deadlines.add(item, deadlineAt);
      return item;
    });
    assert.deepEqual(deadlines.due(1e6), [items[1], items[2], items[0]]);
  });

  it("that have passed when they are added fall due at the next slot", () => {
    const deadlines = new Deadlines<Timed>(10_000);
    deadlines.due(10_000);
    const item = untimed();
    deadlines.add(item, 5);
    assert.deepEqual(deadlines.due(10_250), [item]);
  });

  it("are gone when they are removed, also while others of their slot stay", () => {
    const { deadlines, item } = at(1000);
    const other = untimed();
    deadlines.add(other, 1000);
    deadlines.remove(item);
    deadlines.remove(item);
    assert.deepEqual(deadlines.due(5000), [other]);
  });

  it("move by a stall, and those added after it do not", () => {
    const { deadlines, item } = at(1000);
    deadlines.stall(10_000);
    assert.deepEqual(deadlines.due(10_999), []);
    const later = untimed();
    deadlines.add(later, 11_500);
    assert.deepEqual(deadlines.due(11_000), [item]);
    assert.deepEqual(deadlines.due(11_499), []);
    assert.deepEqual(deadlines.due(11_500), [later]);
  });
});

describe("waiting work", () => {
  const any = (): boolean => true;

  it("comes in order, and never to a miner that has had it", () => {
    const queue = new WorkQueue(10);
    for (const [jobId, had] of [
      ["a", ["m"]],
      ["b", []],
      ["c", ["m"]],
      ["d", []],
    ] as const)
      queue.push(workOf(jobId, [...had]));
    const taken = ["m", "m", "m", "n", "n", "n"].map((hotkey) => queue.takeFor(hotkey, any)?.jobId ?? null);
    assert.deepEqual(taken, ["b", "d", null, "a", "c", null]);
    assert.equal(queue.length, 0);
  });

  it("of a lane that the miner does not serve is left to others", () => {
    const queue = new WorkQueue(10);
    const other = proveLane("other");
    queue.push(workOf("a", [], other));
    queue.push(workOf("b"));
    assert.equal(queue.takeFor("m", (of) => of === lane)?.jobId, "b");
    assert.equal(
      queue.takeFor("m", (of) => of === lane),
      null,
    );
    assert.equal(queue.takeFor("m", (of) => of === other)?.jobId, "a");
  });

  it("does not stop behind jobs that nobody here can take", () => {
    const queue = new WorkQueue(100);
    for (let i = 0; i < 40; i++) queue.push(workOf(`stuck ${i}`, ["m"]));
    queue.push(workOf("fresh"));
    let looks = 1;
    while (queue.takeFor("m", any) === null) looks++;
    assert.ok(looks <= 6, `after ${looks} looks`);
    assert.equal(queue.length, 40);
    assert.deepEqual(
      Array.from({ length: 40 }, () => queue.takeFor("n", any)?.jobId).toSorted(),
      Array.from({ length: 40 }, (_, i) => `stuck ${i}`).toSorted(),
    );
  });

  it("is bounded, but for what goes back to its front", () => {
    const queue = new WorkQueue(2);
    assert.deepEqual(
      ["a", "b", "c"].map((jobId) => queue.push(workOf(jobId))),
      [true, true, false],
    );
    const first = queue.takeFor("m", any);
    assert.ok(first);
    assert.equal(queue.push(workOf("d")), true);
    queue.unshift(first);
    assert.equal(queue.length, 3);
    assert.equal(queue.push(workOf("e")), false);
    assert.deepEqual(
      Array.from({ length: 3 }, () => queue.takeFor("m", any)?.jobId),
      ["a", "b", "d"],
    );
  });

  it("keeps its order over thousands that came and went", () => {
    const queue = new WorkQueue(10_000);
    const expected: string[] = [];
    for (let i = 0; i < 20_000; i++) {
      queue.push(workOf(`${i}`));
      expected.push(`${i}`);
      if (i % 3 === 0) continue;
      assert.equal(queue.takeFor("m", any)?.jobId, expected.shift());
    }
    while (expected.length > 0) assert.equal(queue.takeFor("m", any)?.jobId, expected.shift());
  });

  it("has the size of its names and values", () => {
    assert.equal(sizeOf({}), 0);
    assert.equal(sizeOf({ x: "123", list: ["1", "22"] }), 1 + 3 + 4 + 3);
  });
});

describe("a miner's back-off", () => {
  it("is one second, doubling to sixty, and an accepted answer forgives it", () => {
    const backoff = new Backoff();
    let now = 0;
    const waits = Array.from({ length: 9 }, () => {
      backoff.failed(now, now);
      const wait = backoff.until - now;
      now = backoff.until;
      return wait / 1000;
    });
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    backoff.accepted();
    assert.ok(backoff.until <= 0);
    backoff.failed(now, now);
    assert.equal(backoff.until - now, 1000);
  });

  it("counts what was handed out before it began as one failure", () => {
    const backoff = new Backoff();
    for (let i = 0; i < 50; i++) backoff.failed(100 + i, 50);
    assert.equal(backoff.until, 1100);
    const together = new Backoff();
    for (let i = 0; i < 50; i++) together.failed(100, 100);
    assert.equal(together.until, 1100, "handed out and failed in the same moment");
    together.failed(1100, 1100);
    assert.equal(together.until, 3100, "handed out after it");
  });
});

describe("the roster", () => {
  const lanes = new Map([["prove", lane]]);
  const silent = {
    opened() {},
    drained() {},
    answered: () => null,
    failed: () => null,
    unreachable() {},
    closed() {},
  };
  const linkOf = (hotkey: string, of: string[] = ["prove"]) => new FakeLink(silent, hotkey, { lanes: of });

  it("has the newest link of a hotkey, and knows one of an older link as replaced", () => {
    const roster = new MinerRegistry(lanes, new Map());
    const [old, young] = [linkOf("m"), linkOf("m")];
    const { miner, replaced: none } = roster.open(old);
    assert.equal(none, null);
    const { miner: same, replaced } = roster.open(young);
    assert.deepEqual(
      [same === miner, replaced === old, miner.link === young, roster.linked],
      [true, true, true, 1],
    );
    assert.equal(roster.close(old, 0), null);
    assert.equal(roster.linked, 1);
    assert.equal(roster.close(young, 0), miner);
    assert.equal(roster.close(young, 0), null);
    assert.deepEqual([roster.linked, miner.link], [0, null]);
  });

  it("counts those with a link as active, and those that had one within the last minute", () => {
    const roster = new MinerRegistry(lanes, new Map());
    for (const hotkey of ["a", "b", "c"]) roster.open(linkOf(hotkey));
    const link = roster.get("a")?.link;
    assert.ok(link);
    roster.close(link, 1000);
    assert.equal(roster.active(60_999), 3);
    const again = linkOf("a");
    roster.open(again);
    assert.equal(roster.active(60_999), 3, "one that came back counts once");
    roster.close(again, 2000);
    assert.equal(roster.active(61_999), 3);
    assert.equal(roster.active(62_000), 2);
  });

  it("leaves lanes out that this validator has not", () => {
    const roster = new MinerRegistry(lanes, new Map());
    assert.deepEqual(roster.open(linkOf("m", ["other", "prove"])).miner.lanes, [lane]);
    assert.deepEqual(roster.open(linkOf("m", ["other"])).miner.nextLane(), null);
  });

  it("gives restored caps to whom they belong, and keeps those that nobody came for", () => {
    const roster = new MinerRegistry(
      lanes,
      new Map([
        ["a", 20],
        ["b", 30],
      ]),
    );
    assert.equal(roster.open(linkOf("a")).miner.cap.learned, 20);
    assert.equal(roster.open(linkOf("c")).miner.cap.learned, 1);
    assert.deepEqual([...roster.caps()].toSorted(), [
      ["a", 20],
      ["b", 30],
      ["c", 1],
    ]);
  });

  it("remembers 8,192 miners, and forgets those first that were longest without a link", () => {
    const roster = new MinerRegistry(lanes, new Map());
    const stays = linkOf("stays");
    roster.open(stays);
    const fresh = (name: string): void => {
      const link = linkOf(name);
      roster.open(link);
      roster.close(link, 0);
    };
    for (let i = 0; i < 8191; i++) fresh(`m${i}`);
    assert.ok(roster.get("m0"));
    fresh("one more");
    assert.equal([...roster.all()].length, 8192);
    assert.equal(roster.get("m0"), undefined);
    assert.ok(roster.get("m1"));
    assert.ok(roster.get("stays"), "one with a link is never forgotten");
    fresh("m1");
    fresh("another");
    assert.ok(roster.get("m1"), "one that came back lately neither");
    assert.equal(roster.active(0), 8192);
  });
});

describe("jobs in flight", () => {
  const make = () => {
    const totals = new Totals();
    const ends: string[] = [];
    const flights = new InFlightJobs(totals, 0, (flight, end) => ends.push(`${flight.work.jobId} ${end}`));
    const miner = new Miner("m", null);
    const flight = (jobId: string, had: string[] = []): InFlightJob => ({
      ...{
        work: workOf(jobId, had),
        miner,
        kind: "square",
        block: 1,
        input: null,
        sentAt: null,
        bytes: 10,
        ...untimed(),
      },
      draw: {
        ...{
          epoch: 1,
          lane: "prove",
          hotkey: "m",
          work_id: jobId,
          class: "lane",
          rate: "0",
          x: "",
          sampled: false,
        },
      },
    });
    return { totals, ends, flights, miner, flight };
  };
  const send = (flights: InFlightJobs, flight: InFlightJob): void => {
    flights.start(flight);
    flight.sentAt = 0;
    flights.sent(flight, 100, 1000);
  };

  it("end once, and take everything with them", () => {
    const { totals, ends, flights, miner, flight } = make();
    const a = flight("a");
    flights.start(a);
    assert.deepEqual([totals.inFlight, totals.bytes, miner.flights.size], [1, 10, 1]);
    a.sentAt = 0;
    flights.sent(a, 100, 1000);
    assert.equal(totals.bytes, 100);
    assert.deepEqual([flights.end(a, "answered"), flights.end(a, "timeout")], [true, false]);
    assert.deepEqual([totals.inFlight, totals.bytes, miner.flights.size], [0, 0, 0]);
    assert.deepEqual(ends, ["a answered"]);
    assert.deepEqual(flights.due(1e9), []);
  });

  it("have no deadline and no bytes when they ended while they were sent", () => {
    const { totals, flights, flight } = make();
    const a = flight("a");
    flights.start(a);
    a.sentAt = 0;
    flights.end(a, "answered");
    flights.sent(a, 100, 1000);
    assert.equal(totals.bytes, 0);
    assert.deepEqual(flights.due(1e9), []);
  });

  it("are claimed by the miner that has them, and by nobody before they are sent", () => {
    const { flights, flight } = make();
    const a = flight("a", ["before"]);
    flights.start(a);
    assert.equal(flights.claim("m", "a"), "job_unknown");
    assert.equal(flights.claim("other", "a"), "job_unknown");
    a.sentAt = 0;
    flights.sent(a, 100, 1000);
    assert.equal(flights.claim("m", "a"), a);
    assert.equal(flights.claim("other", "a"), "job_not_yours");
    assert.equal(flights.claim("before", "a"), "job_already_answered", "its answer came too late");
    flights.end(a, "answered");
    assert.equal(flights.claim("m", "a"), "job_already_answered");
    assert.equal(flights.claim("other", "a"), "job_unknown");
    assert.equal(flights.claim("m", "never was"), "job_unknown");
  });

  it("are remembered for 16,383 others after their end at least, and for 32,767 at most", () => {
    const { flights, flight } = make();
    const id = (name: string): string => `jb_${sha256Hex(name).slice(0, 32)}`;
    const first = flight(id("first"));
    send(flights, first);
    flights.end(first, "answered");
    const endOthers = (from: number, to: number): void => {
      for (let i = from; i < to; i++) {
        const next = flight(id(`${i}`));
        send(flights, next);
        flights.end(next, "answered");
      }
    };
    endOthers(0, 32_766);
    assert.equal(flights.claim("m", id("first")), "job_already_answered");
    endOthers(32_766, 32_767);
    assert.equal(flights.claim("m", id("first")), "job_unknown");
    assert.equal(flights.claim("m", id("16383")), "job_already_answered");
    assert.equal(flights.claim("another", id("16383")), "job_unknown");
    assert.equal(flights.claim("m", id("16382")), "job_unknown");
  });
});

describe("lost miners", () => {
  it("are due once their grace is over, and not when they are back; a stall does not count", () => {
    const lost = new LostMiners(10_000);
    const [a, b] = [new Miner("a", null), new Miner("b", null)];
    lost.add(a, 0);
    lost.add(b, 5000);
    assert.deepEqual(lost.due(9999), []);
    assert.deepEqual(lost.due(10_000), [a]);
    assert.deepEqual(lost.due(14_999), []);
    lost.stall(1000);
    assert.deepEqual(lost.due(15_999), []);
    lost.delete(b);
    assert.deepEqual(lost.due(1e9), []);
  });
});

describe("the gates", () => {
  const open = {
    ...{ draining: false, block: 1, ceiling: 5, pressureCeiling: 5, bytes: 100, verificationHasRoom: true },
  } as const;

  it("are open below every bound, and shut at each of them", () => {
    const totals = new Totals();
    totals.inFlight = 4;
    totals.bytes = 99;
    const shut = (bounds: Partial<Parameters<typeof holdReason>[1]>) =>
      holdReason(totals, { ...open, ...bounds }, 0);
    assert.equal(shut({}), null);
    assert.equal(shut({ ceiling: null, pressureCeiling: null }), null);
    assert.equal(shut({ draining: true }), "draining");
    assert.equal(shut({ block: null }), "height_unknown");
    assert.equal(shut({ ceiling: 4 }), "ceiling");
    assert.equal(shut({ ceiling: 0 }), "ceiling");
    assert.equal(shut({ pressureCeiling: 4 }), "memory");
    assert.equal(shut({ bytes: 99 }), "bytes");
    assert.equal(shut({ verificationHasRoom: false }), "verification");
  });

  it("pause after a refusal for a second, doubling to thirty, until something is recorded", () => {
    const totals = new Totals();
    let now = 0;
    const pauses = Array.from({ length: 7 }, () => {
      totals.refused(now);
      let ms = 0;
      while (totals.isPaused(now + ms)) ms += 500;
      now += ms;
      return ms / 1000;
    });
    assert.deepEqual(pauses, [1, 2, 4, 8, 16, 30, 30]);
    totals.recorded();
    totals.refused(now);
    assert.deepEqual([totals.isPaused(now + 999), totals.isPaused(now + 1000)], [true, false]);
  });

  it("know the lower of two ceilings", () => {
    assert.deepEqual(
      [lowerCeiling(null, null), lowerCeiling(3, null), lowerCeiling(null, 0), lowerCeiling(2, 3)],
      [null, 3, 0, 2],
    );
  });
});

describe("the stepper", () => {
  it("looks at everybody once a round, spread evenly", () => {
    const stepper = new Stepper(0);
    const miners = Array.from({ length: 60 }, (_, i) => new Miner(`${i}`, null));
    const looked = new Map<Miner, number>();
    const most: number[] = [];
    for (let now = 250; now <= 45_000; now += 250) {
      let count = 0;
      stepper.step(
        now,
        () => miners,
        (miner) => {
          count++;
          looked.set(miner, (looked.get(miner) ?? 0) + 1);
        },
      );
      most.push(count);
    }
    assert.deepEqual(new Set(looked.values()), new Set([2]));
    assert.equal(looked.size, 60);
    assert.ok(Math.max(...most) <= 2, `${Math.max(...most)} in one tick`);
  });
});

describe("ids", () => {
  it("are well formed and never the same, and seeds have 63 bits", () => {
    const ids = new Ids(new SeededRandom(1));
    const jobs = Array.from({ length: 2000 }, () => ids.jobId());
    const seeds = Array.from({ length: 2000 }, () => ids.seed());
    assert.ok(jobs.every(isJobId));
    assert.deepEqual([new Set(jobs).size, new Set(seeds).size], [2000, 2000]);
    assert.ok(seeds.every((seed) => seed >= 0n && seed < 1n << 63n));
    assert.ok(seeds.some((seed) => seed >= 1n << 62n));
  });
});
