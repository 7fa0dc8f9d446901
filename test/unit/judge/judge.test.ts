import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { silentLog } from "../../../src/core/log.ts";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import { systemRandom } from "../../../src/core/random.ts";
import type { Remembered, StandingState, Suspension } from "../../../src/flow/standing.ts";
import type { StrikeRecord } from "../../../src/flow/strike.ts";
import { Judge } from "../../../src/judge/judge.ts";
import type { JudgeOptions } from "../../../src/judge/ports.ts";
import {
  isColdStart,
  isOfBacklog,
  pastRetention,
  selfFaultPresumed,
  strikesInWindow,
  suspendedAt,
  suspensionEnd,
  withinSelfFaultWindow,
} from "../../../src/judge/rules.ts";
import { Counts } from "../../support/counts.ts";
import { FakeClock } from "../../support/fakeClock.ts";
import { pendingSubmission } from "../../support/flow/submission.ts";
import { problemOf } from "../../support/thrown.ts";

const defaults: JudgeOptions = {
  strikes: 1,
  windowBlocks: 7200,
  suspensionTempos: 20,
  unreachableTempos: 1,
  coldStartBlocks: 1800,
  retentionBlocks: 50_400,
  history: 8192,
  outageMiners: 4,
};
const START = 1_000_000;
const code = "solution_unsatisfied";

/** What the store keeps of standing; fails on demand. */
class StandingRows {
  sightings: Remembered[] = [];
  suspensions: Suspension[] = [];
  strikes: { hotkey: string; block: number; counted: boolean }[] = [];
  down = false;

  #step(): void {
    if (this.down) throw new AssayError({ code: "store_unavailable", retry_after_s: 1 });
  }

  async standingState(): Promise<StandingState> {
    this.#step();
    return structuredClone({
      sightings: this.sightings,
      suspensions: this.suspensions,
      strikes: this.strikes,
    });
  }

  async suspend(suspension: Suspension): Promise<void> {
    this.#step();
    this.suspensions.push(suspension);
  }

  async release(hotkey: string): Promise<number> {
    this.#step();
    const kept = this.suspensions.filter((one) => one.hotkey !== hotkey);
    const count = this.suspensions.length - kept.length;
    this.suspensions = kept;
    return count;
  }

  async dropMiners(hotkeys: readonly string[]): Promise<void> {
    this.#step();
    this.sightings = this.sightings.filter((one) => !hotkeys.includes(one.hotkey));
    this.strikes = this.strikes.filter((one) => !hotkeys.includes(one.hotkey));
  }

  async dropEndedSuspensions(block: number): Promise<void> {
    this.#step();
    this.suspensions = this.suspensions.filter((one) => one.untilBlock > block);
  }

  /** What the store does with a strike when a submission is decided. */
  commit(strike: StrikeRecord): void {
    this.strikes.push({ hotkey: strike.hotkey, block: strike.block, counted: strike.suspendUntil === null });
    if (strike.suspendUntil === null) return;
    for (const one of this.strikes) if (one.hotkey === strike.hotkey) one.counted = false;
    this.suspensions.push({
      hotkey: strike.hotkey,
      kind: "strike",
      untilBlock: strike.suspendUntil,
      reason: strike.evidence.verdict.code,
      by: "judge",
      at: strike.at,
    });
  }
}

class Heights {
  height: number | null = START;
  tempoBlocks = 360;
  block(): number | null {
    return this.height;
  }
  tempo(): number {
    return this.tempoBlocks;
  }
}

async function make(given: Partial<JudgeOptions> = {}, store = new StandingRows(), chain = new Heights()) {
  const metrics = new Counts();
  const clock = new FakeClock(5000);
  const modules = { store, chain, clock, random: systemRandom, log: silentLog, metrics };
  const judge = await Judge.load({ ...defaults, ...given }, modules);
  const strike = (hotkey: string): StrikeRecord => {
    const record = judge.assess(pendingSubmission({ hotkey }), code);
    store.commit(record);
    judge.record(record);
    return record;
  };
  /** The judge of the next process. */
  const reload = async (): Promise<Judge> => (await make(given, store, chain)).judge;
  return { judge, store, chain, metrics, clock, strike, reload };
}

describe("rules of judge, one before, at and one past", () => {
  it("suspended iff block < until", () => {
    assert.deepEqual(
      [99, 100, 101].map((block) => suspendedAt(block, 100)),
      [true, false, false],
    );
  });

  it("cold while block - first seen < 1800", () => {
    assert.deepEqual(
      [1799, 1800, 1801].map((age) => isColdStart(5000 + age, 5000, 1800)),
      [true, false, false],
    );
    assert.equal(isColdStart(5000, undefined, 1800), true, "unseen");
    assert.equal(isColdStart(5000, 9000, 1800), true, "first seen above the present height");
    assert.equal(isColdStart(5000, undefined, 0), true, "unseen is cold whatever the length");
    assert.equal(isColdStart(5000, 5000, 0), false);
  });

  it("a strike exactly at the cutoff counts", () => {
    assert.equal(strikesInWindow([10_000 - 7201], 10_000, 7200), 0);
    assert.equal(strikesInWindow([10_000 - 7200], 10_000, 7200), 1);
    assert.equal(strikesInWindow([10_000 - 7199, 10_000], 10_000, 7200), 2);
  });

  it("a suspension ends 20 tempos on; a tempo of 0 is 360", () => {
    assert.equal(suspensionEnd(1000, 20, 360), 8200);
    assert.equal(suspensionEnd(1000, 20, 100), 3000);
    assert.equal(suspensionEnd(1000, 20, 0), 8200);
    assert.equal(suspensionEnd(1000, 20, Number.NaN), 8200);
  });

  it("a failure exactly a minute ago counts", () => {
    assert.deepEqual(
      [59_999, 60_000, 60_001].map((age) => withinSelfFaultWindow(5, 5 + age)),
      [true, true, false],
    );
  });

  it("30 % unreachable is presumed the validator's fault, less is the miners'", () => {
    assert.equal(selfFaultPresumed(29, 100, 4), false);
    assert.equal(selfFaultPresumed(30, 100, 4), true);
    assert.equal(selfFaultPresumed(31, 100, 4), true);
    assert.equal(selfFaultPresumed(3, 10, 4), true);
    assert.equal(selfFaultPresumed(0, 0, 4), false);
  });

  it("nothing is presumed of fewer active miners than the least, however many fail", () => {
    for (const [failed, active, presumed] of [
      [1, 1, false],
      [2, 2, false],
      [3, 3, false],
      [1, 4, false],
      [2, 4, true],
      [4, 4, true],
    ] as const)
      assert.equal(selfFaultPresumed(failed, active, 4), presumed, `${failed} of ${active}`);
    assert.equal(selfFaultPresumed(1, 1, 1), true);
    assert.equal(selfFaultPresumed(0, 0, 1), false);
  });

  it("retention drops hotkeys last seen before its cutoff, not at it", () => {
    const ends = [49_599, 49_600, 49_601].map((lastSeen) => pastRetention(lastSeen, 100_000, 50_400));
    assert.deepEqual(ends, [true, false, false]);
  });

  it("work handed out before the last strike was recorded is of its backlog, by time", () => {
    const strike = { block: 100, at: 5000 };
    const now = { block: 100, at: 9000 };
    const works = [4999, 5000, 5001].map((at) => isOfBacklog({ block: 100, at }, strike, now));
    assert.deepEqual(works, [true, false, false]);
    assert.equal(isOfBacklog({ block: 99, at: 1 }, null, now), false, "no strike");
    assert.equal(
      isOfBacklog({ block: 99, at: 1 }, strike, { block: 100, at: 4999 }),
      false,
      "a clock that went back",
    );
  });

  it("of a strike of an earlier run only the block is known", () => {
    const strike = { block: 100, at: null };
    const works = [99, 100, 101].map((block) => isOfBacklog({ block, at: 1 }, strike, { block: 200, at: 2 }));
    assert.deepEqual(works, [true, true, false]);
    assert.equal(isOfBacklog({ block: 98, at: 1 }, strike, { block: 99, at: 2 }), false, "above the height");
  });
});

describe("strikes", () => {
  it("carry their evidence and the rule with its numbers", async () => {
    const { judge, clock } = await make();
    const submission = pendingSubmission({ hotkey: "h", lane: "groth16", answerSha256: "ab" });
    const strike = judge.assess(submission, code);
    assert.match(strike.strikeId, /^st_[0-9a-f]{32}$/);
    assert.deepEqual(
      [strike.hotkey, strike.lane, strike.block, strike.at, strike.suspendUntil],
      ["h", "groth16", START, clock.now, START + 7200],
    );
    assert.deepEqual(strike.evidence, {
      work_id: submission.challengeId,
      receipt_id: submission.receiptId,
      answer_sha256: "ab",
      draw: submission.draw,
      verdict: { outcome: "invalid", code },
      checker: "groth16/1",
      rule: "judge/1: 1 strike(s) within 7200 blocks suspend for 20 tempos of 360 blocks",
    });
  });

  it("carry input and answer when they are for a job", async () => {
    const { judge } = await make();
    const { draw } = pendingSubmission({ hotkey: "h", lane: "groth16" });
    const exhibit = { kind: "square", input: { x: "3" }, answer: "{}" };
    const job = {
      hotkey: "h",
      lane: "groth16",
      receiptId: null,
      answerSha256: "ab",
      draw,
      block: 1,
      exhibit,
    };
    const { evidence } = judge.assess(job, code);
    assert.deepEqual([evidence.work_id, evidence.receipt_id], [draw.work_id, null]);
    assert.deepEqual(evidence.exhibit, exhibit);
  });

  it("change nothing before they are recorded", async () => {
    const { judge } = await make();
    assert.ok(judge.assess(pendingSubmission({ hotkey: "h" }), code));
    assert.equal(judge.suspendedUntil("h"), null);
  });

  it("suspend until block + 20 tempos, and are then spent", async () => {
    const { judge, chain, strike } = await make();
    strike("h");
    assert.equal(judge.suspendedUntil("h"), START + 7200);
    chain.height = START + 7199;
    assert.equal(judge.suspendedUntil("h"), START + 7200);
    chain.height = START + 7200;
    assert.equal(judge.suspendedUntil("h"), null);
    assert.equal(judge.suspendedUntil("other"), null);
  });

  it("suspend at the quota within the window, and not for one that fell out of it", async () => {
    const { chain, strike } = await make({ strikes: 3 });
    assert.equal(strike("h").suspendUntil, null);
    chain.height = START + 100;
    assert.equal(strike("h").suspendUntil, null);
    chain.height = START + 7201;
    assert.equal(strike("h").suspendUntil, null, "the first is one block too old");
    chain.height = START + 7300;
    assert.equal(strike("h").suspendUntil, START + 7300 + 7200, "the second is exactly at the cutoff");
    assert.equal(strike("h").suspendUntil, null, "the quota starts anew");
  });

  it("never shorten a suspension", async () => {
    const { judge, chain, strike } = await make();
    await judge.suspend({ hotkey: "h", tempos: 100, reason: "by hand" }, "operator");
    strike("h");
    assert.equal(judge.suspendedUntil("h"), START + 36_000);
    chain.tempoBlocks = 10;
    strike("h");
    chain.height = START + 7199;
    assert.equal(judge.suspendedUntil("h"), START + 36_000);
  });

  it("raise the sample rate for 50,400 blocks", async () => {
    const { judge, chain, strike } = await make();
    judge.seen("h", START - 5000, true);
    assert.deepEqual(judge.classesFor("h"), []);
    strike("h");
    assert.deepEqual(judge.classesFor("h"), ["struck"]);
    chain.height = START + 50_400;
    assert.deepEqual(judge.classesFor("h"), ["struck"]);
    chain.height = START + 50_401;
    assert.deepEqual(judge.classesFor("h"), []);
  });

  it("are of one hotkey alone", async () => {
    const { judge, strike } = await make();
    strike("h");
    assert.equal(judge.suspendedUntil("g"), null);
    assert.deepEqual(
      judge.skiplist().map((row) => row.hotkey),
      ["h"],
    );
  });

  it("are one per backlog: what was handed out before one was recorded adds none, through a restart", async () => {
    const { judge, clock, chain, strike, reload } = await make({ strikes: 3 });
    const work = (startedAt: number, block = START) => ({
      ...pendingSubmission({ hotkey: "h", block }),
      startedAt,
    });
    const before = clock.now;
    assert.equal(judge.isBacklog(work(before)), false);
    clock.advance(10);
    strike("h");
    assert.equal(judge.isBacklog(work(before)), true);
    assert.equal(judge.isBacklog(work(clock.now)), false, "sent once the strike was on record");
    assert.equal(judge.isBacklog({ ...work(before), hotkey: "g" }), false);
    const next = await reload();
    chain.height = START + 1;
    assert.deepEqual(
      [START, START + 1].map((block) => next.isBacklog(work(before, block))),
      [true, false],
    );
    chain.height = null;
    assert.throws(() => judge.isBacklog(work(before)), { code: "chain_unavailable" });
  });

  it("outlive the process, both towards the quota and as a suspension", async () => {
    const { chain, strike, reload } = await make({ strikes: 2 });
    strike("half");
    strike("full");
    strike("full");
    const judge = await reload();
    assert.equal(judge.suspendedUntil("full"), START + 7200);
    assert.equal(judge.suspendedUntil("half"), null);
    const next = judge.assess(pendingSubmission({ hotkey: "half" }), code);
    assert.equal(next.suspendUntil, START + 7200);
    const spent = judge.assess(pendingSubmission({ hotkey: "full" }), code);
    assert.equal(spent.suspendUntil, null);
    chain.height = START + 7200;
    assert.equal(judge.suspendedUntil("full"), null);
  });
});

describe("cold start", () => {
  it("lasts 1800 blocks from the first sighting, which later ones do not move", async () => {
    const { judge, chain } = await make();
    assert.equal(judge.mayEarn("h"), false, "unseen");
    judge.seen("h", START, true);
    for (const [age, earns] of [
      [1799, false],
      [1800, true],
      [1801, true],
    ] as const) {
      chain.height = START + age;
      judge.seen("h", START + age, true);
      assert.equal(judge.mayEarn("h"), earns, `after ${age} blocks`);
      assert.equal(judge.classesFor("h").includes("cold_start"), !earns);
    }
    assert.equal(judge.standingOf("h")?.first_seen_block, START);
    assert.equal(judge.standingOf("h")?.last_seen_block, START + 1801);
  });

  it("does not end a suspension", async () => {
    const { judge, strike } = await make();
    judge.seen("h", START - 1800, true);
    assert.equal(judge.mayEarn("h"), true);
    strike("h");
    assert.equal(judge.mayEarn("h"), false);
  });
});

describe("a height that is unknown", () => {
  it("judges nothing, and lets nobody earn", async () => {
    const { judge, chain, strike } = await make();
    judge.seen("h", 0, true);
    strike("h");
    chain.height = null;
    const submission = pendingSubmission({ hotkey: "h" });
    for (const work of [
      () => judge.suspendedUntil("h"),
      () => judge.assess(submission, code),
      () => judge.suspend({ hotkey: "h", tempos: 1, reason: "r" }, "operator"),
    ]) {
      assert.equal((await problemOf(work)).code, "chain_unavailable");
    }
    assert.equal(judge.mayEarn("h"), false);
    assert.deepEqual(judge.classesFor("h"), ["cold_start", "struck"]);
    assert.equal(judge.standingOf("h")?.standing, "suspended");
    assert.equal(judge.skiplist().length, 1);
  });

  it("forgets nothing", async () => {
    const { judge, chain, store } = await make();
    store.suspensions.push({ hotkey: "x", kind: "strike", untilBlock: 1, reason: "", by: "", at: 0 });
    chain.height = null;
    await judge.tick();
    assert.equal(store.suspensions.length, 1);
  });
});

describe("operators", () => {
  it("suspend for whole tempos and release, durable first", async () => {
    const { judge, store, reload } = await make();
    const row = await judge.suspend({ hotkey: "h", tempos: 2, reason: "spam" }, "operator");
    assert.deepEqual(row, {
      hotkey: "h",
      kind: "operator",
      until_block: START + 720,
      reason: "spam",
      by: "operator",
      at: 5000,
    });
    assert.deepEqual(judge.skiplist(), [row]);
    assert.equal((await reload()).suspendedUntil("h"), START + 720);
    assert.equal(await judge.release("h", "sorry"), 1);
    assert.equal(judge.suspendedUntil("h"), null);
    assert.equal((await reload()).suspendedUntil("h"), null);
    assert.equal(store.suspensions.length, 0);
  });

  it("change nothing when the store is down", async () => {
    const { judge, store } = await make();
    store.down = true;
    const order = { hotkey: "h", tempos: 2, reason: "r" };
    assert.equal((await problemOf(() => judge.suspend(order, "operator"))).code, "store_unavailable");
    assert.equal(judge.suspendedUntil("h"), null);
    store.down = false;
    await judge.suspend(order, "operator");
    store.down = true;
    assert.equal((await problemOf(() => judge.release("h", "r"))).code, "store_unavailable");
    assert.equal(judge.suspendedUntil("h"), START + 720);
  });

  it("release a strike's suspension too, and find nothing to release afterwards", async () => {
    const { judge, chain, strike } = await make();
    strike("h");
    await judge.suspend({ hotkey: "h", tempos: 1, reason: "r" }, "operator");
    assert.equal(await judge.release("h", "appeal"), 2);
    const missing = { code: "suspension_not_found", hotkey: "h" };
    assert.deepEqual(await problemOf(() => judge.release("h", "again")), missing);
    assert.deepEqual(judge.classesFor("h").includes("struck"), true, "the strike itself stays");
    strike("h");
    chain.height = START + 7200;
    assert.deepEqual(await problemOf(() => judge.release("h", "ended")), missing);
  });

  it("do not undo a strike that comes while the store releases", async () => {
    const { judge, store, strike } = await make();
    await judge.suspend({ hotkey: "h", tempos: 1, reason: "r" }, "operator");
    const release = store.release.bind(store);
    store.release = async (hotkey) => {
      const count = await release(hotkey);
      strike("h");
      return count;
    };
    await judge.release("h", "r");
    assert.equal(judge.suspendedUntil("h"), START + 7200);
  });

  it("cannot suspend for no time, or for a fraction of a tempo", async () => {
    const { judge } = await make();
    for (const tempos of [0, -1, 1.5, Number.NaN]) {
      await assert.rejects(judge.suspend({ hotkey: "h", tempos, reason: "r" }, "operator"), RangeError);
    }
  });
});

describe("standing", () => {
  it("is null for the unseen, and names what applies otherwise", async () => {
    const { judge, chain, strike } = await make();
    assert.equal(judge.standingOf("h"), null);
    judge.seen("h", START, true);
    assert.deepEqual(judge.standingOf("h"), {
      hotkey: "h",
      standing: "cold_start",
      first_seen_block: START,
      last_seen_block: START,
      until_block: null,
      strikes: 0,
    });
    chain.height = START + 1800;
    assert.equal(judge.standingOf("h")?.standing, "active");
    strike("h");
    const suspended = judge.standingOf("h");
    assert.deepEqual(
      [suspended?.standing, suspended?.until_block, suspended?.strikes],
      ["suspended", START + 9000, 1],
    );
    chain.height = START + 9000;
    assert.equal(judge.standingOf("h")?.standing, "active");
  });
});

describe("state that cannot be read", () => {
  it("stops the start", async () => {
    const store = new StandingRows();
    const corrupt = new AssayError({ code: "store_corrupt", file: "f", cause_text: "c" });
    store.standingState = () => Promise.reject(corrupt);
    await assert.rejects(make({}, store), corrupt);
  });
});

describe("forgetting", () => {
  it("drops hotkeys past retention, in the store and in memory, and keeps the rest", async () => {
    const { judge, store, chain, strike, reload } = await make();
    for (const hotkey of ["gone", "kept", "banned"]) {
      judge.seen(hotkey, START, true);
      store.sightings.push({ hotkey, firstSeen: START, lastSeen: START, delivered: true });
    }
    await judge.suspend({ hotkey: "banned", tempos: 1000, reason: "r" }, "operator");
    chain.height = START + 50_401;
    judge.seen("kept", START + 1, true);
    await judge.tick();
    assert.equal(judge.standingOf("gone"), null);
    assert.equal(judge.standingOf("kept")?.first_seen_block, START);
    assert.equal(judge.standingOf("banned")?.standing, "suspended");
    assert.deepEqual(
      store.sightings.map((one) => one.hotkey),
      ["kept", "banned"],
    );
    strike("kept");
    assert.equal((await reload()).standingOf("gone"), null);
  });

  it("keeps ended suspensions for the retention, so that a clock that was ahead lifts none, and no longer", async () => {
    const { judge, store, chain, strike } = await make();
    strike("h");
    chain.height = START + 7200 + 50_399;
    await judge.tick();
    assert.equal(judge.suspendedUntil("h"), null);
    assert.equal(store.suspensions.length, 1);
    chain.height = START;
    assert.equal(judge.suspendedUntil("h"), START + 7200);
    chain.height = START + 7200 + 50_400;
    await judge.tick();
    assert.equal(store.suspensions.length, 0);
    chain.height = START;
    assert.equal(judge.suspendedUntil("h"), null);
  });

  it("holds a flood of new hotkeys to the history without an amnesty", async () => {
    const { judge, store, metrics, strike } = await make({ history: 100 });
    judge.seen("cheat", START - 1, true);
    strike("cheat");
    judge.seen("old", START - 1, true);
    for (let i = 0; i < 5000; i++) judge.seen(`flood${i}`, START, true);
    assert.equal(judge.suspendedUntil("cheat"), START + 7200);
    assert.equal(judge.standingOf("cheat")?.standing, "suspended");
    assert.equal(judge.standingOf("old"), null);
    assert.equal(metrics.get("assay_hotkeys_forgotten_total", { why: "room" }), 4901);
    store.sightings.push({ hotkey: "old", firstSeen: 0, lastSeen: 0, delivered: false });
    await judge.tick();
    assert.deepEqual(store.sightings, [], "what had to make room left the store too");
  });

  it("keeps a hotkey that is seen again while the store drops it", async () => {
    const { judge, store, chain } = await make();
    judge.seen("h", START, true);
    chain.height = START + 60_000;
    const drop = store.dropMiners.bind(store);
    store.dropMiners = async (hotkeys) => {
      await drop(hotkeys);
      judge.seen("h", START + 60_000, true);
    };
    await judge.tick();
    assert.equal(judge.standingOf("h")?.last_seen_block, START + 60_000);
  });

  it("forgets nothing in memory that the store could not drop", async () => {
    const { judge, store, chain } = await make();
    judge.seen("h", START, true);
    chain.height = START + 60_000;
    store.down = true;
    assert.equal((await problemOf(() => judge.tick())).code, "store_unavailable");
    assert.ok(judge.standingOf("h"));
  });
});
