import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { silentLog } from "../../../src/core/log.ts";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import type { AnsweredJob, SampledEnd } from "../../../src/flow/job.ts";
import type { StrikeRecord } from "../../../src/flow/strike.ts";
import type { Decision } from "../../../src/flow/submission.ts";
import type { Verdict } from "../../../src/flow/verdict.ts";
import { endOf } from "../../../src/judge/conclude/end.ts";
import { JobConcluder } from "../../../src/judge/conclude/jobs.ts";
import { Recorded } from "../../../src/judge/conclude/recorded.ts";
import { StrikeConcluder } from "../../../src/judge/conclude/strikes.ts";
import { SubmissionConcluder } from "../../../src/judge/conclude/submissions.ts";
import { Counts } from "../../support/counts.ts";
import { FakeClock } from "../../support/fakeClock.ts";
import { pendingSubmission } from "../../support/flow/submission.ts";
import { namedPushLane } from "../../support/lanes/namedPush.ts";

const invalid = { outcome: "invalid", code: "proof_rejected" } as const;
const error: Verdict = { outcome: "error", code: "check_timeout" };

const down = () => new AssayError({ code: "store_unavailable", retry_after_s: 1 });

/** Both concluders over one judge and store, which tell in order what they were asked. */
function make() {
  const told: string[] = [];
  const ends: (Decision | SampledEnd)[] = [];
  const state = {
    isOnRecord: true,
    /** Thrown instead of recording the end. */
    refuse: (_end: Decision | SampledEnd, _hotkey: string): Error | null => null,
    /** Hotkeys whose last strike is on record, with its block. */
    struck: new Map<string, number>(),
  };
  const metrics = new Counts();
  const judge = {
    isBacklog: ({ hotkey, block }: { hotkey: string; block: number }) =>
      block <= (state.struck.get(hotkey) ?? -1),
    assess: ({ hotkey }: { hotkey: string }) => {
      told.push(`assess ${hotkey}`);
      return { hotkey, suspendUntil: null, evidence: { work_id: "w" } } as unknown as StrikeRecord;
    },
    record: ({ hotkey }: StrikeRecord) => {
      told.push(`strike ${hotkey}`);
      state.struck.set(hotkey, 1000);
    },
    standingOf: () => null,
    seen: (hotkey: string, block: number, delivered: boolean) =>
      void told.push(`seen ${hotkey} ${block}${delivered ? " delivered" : ""}`),
  };
  const end = async (ended: Decision | SampledEnd, hotkey: string): Promise<boolean> => {
    await Promise.resolve();
    const refusal = state.refuse(ended, hotkey);
    if (refusal !== null) throw refusal;
    told.push(`end ${ended.state}`);
    ends.push(ended);
    return state.isOnRecord;
  };
  const store = {
    decide: async (decision: Decision) => {
      const hotkey = decision.receiptId.replace("receipt of ", "");
      const { state: ended } = decision;
      return (await end(decision, hotkey))
        ? { ...pendingSubmission({ hotkey, block: 7 }), state: ended }
        : null;
    },
    endSamples: async ([ended]: readonly SampledEnd[]) =>
      ended !== undefined && (await end(ended, ended.hotkey)) ? [ended.jobId] : [],
    openSamples: async () => [],
  };
  const strict = namedPushLane("strict", 1);
  const lenient = { ...strict, name: "lenient", policy: { ...strict.policy, penalty: "reject" as const } };
  const lanes = new Map([strict, lenient].map((lane) => [lane.name, lane]));
  const strikes = new StrikeConcluder({ judge, lanes, log: silentLog });
  const recorded = new Recorded(judge);
  const base = { store, strikes, recorded, clock: new FakeClock(5000), log: silentLog, metrics };
  const stop = new AbortController();
  const jobs = new JobConcluder({ ...base, stopped: stop.signal });
  const submissions = new SubmissionConcluder(base);
  return { told, ends, state, recorded, jobs, submissions, strikes, metrics, stop };
}

const submission = (hotkey: string, block = 7, lane = "strict") =>
  pendingSubmission({ hotkey, lane, block, receiptId: `receipt of ${hotkey}` });

function job(hotkey: string, lane = "strict", block = 7): AnsweredJob {
  const { draw } = pendingSubmission({ hotkey, lane });
  const work = { jobId: `job of ${hotkey}`, lane, kind: "k", hotkey, draw, input: { x: "1" } };
  return { ...work, answer: "{}", credit: 1, block, startedAt: 0 };
}

describe("what a verdict means", () => {
  it("is accepted, rejected or void, verified where a check decided", () => {
    assert.deepEqual(endOf(null), { state: "accepted", verified: false, code: null });
    assert.deepEqual(endOf({ outcome: "valid" }), { state: "accepted", verified: true, code: null });
    assert.deepEqual(endOf(invalid), { state: "rejected", verified: true, code: "proof_rejected" });
    assert.deepEqual(endOf(error), { state: "void", verified: false, code: "check_timeout" });
  });

  it("is a strike only for an invalid answer in a lane whose penalty is strike", async () => {
    const { told, ends, jobs, submissions } = make();
    for (const verdict of [null, { outcome: "valid" }, error] as const)
      await submissions.conclude(pendingSubmission({ lane: "strict" }), verdict);
    await submissions.conclude(pendingSubmission({ lane: "lenient" }), invalid);
    assert.equal(await jobs.conclude(job("a", "lenient"), invalid), "rejected");
    assert.equal(told.filter((line) => /^(assess|strike)/.test(line)).length, 0);
    assert.ok(ends.every(({ strike }) => strike === null));
  });

  it("is acted on once it is on record, the cheats of a hotkey one after the other over all lanes", async () => {
    const { told, jobs, submissions } = make();
    const concluded = await Promise.all([
      submissions.conclude(submission("a"), invalid),
      jobs.conclude(job("a"), invalid),
    ]);
    assert.equal(concluded[1], "struck");
    assert.deepEqual(told, ["assess a", "end rejected", "strike a", "end rejected", "seen a 7"]);
  });

  it("is not acted on where the work had ended before", async () => {
    const { told, state, jobs, submissions } = make();
    state.isOnRecord = false;
    await submissions.conclude(submission("a"), invalid);
    assert.equal(await jobs.conclude(job("b"), invalid), "void");
    assert.equal(await jobs.conclude(job("c"), { outcome: "valid" }), "void", "never accepted");
    assert.deepEqual(told, ["assess a", "end rejected", "assess b", "end rejected", "end accepted"]);
  });

  it("is no cheat where only the form of a right answer is refused", async () => {
    const { told, jobs } = make();
    assert.equal(await jobs.conclude(job("a"), { ...invalid, spared: true }), "rejected");
    assert.deepEqual(told, ["end rejected", "seen a 7"]);
  });
});

describe("a backlog", () => {
  it("has one strike; what is found in it later forfeits, and adds none", async () => {
    const { ends, state, jobs, submissions } = make();
    const works = Array.from({ length: 100 }, () => jobs.conclude(job("a"), invalid));
    await submissions.conclude(submission("a"), invalid);
    assert.deepEqual(new Set(await Promise.all(works)), new Set(["struck"]));
    assert.equal(ends.length, 101);
    assert.equal(ends.filter(({ strike }) => strike !== null).length, 1);
    assert.equal(ends.filter(({ forfeits }) => forfeits).length, 100);
    assert.deepEqual([...state.struck], [["a", 1000]]);
  });

  it("ends with what was handed out before its strike", async () => {
    const { ends, jobs } = make();
    for (const block of [7, 999, 1000, 1001]) await jobs.conclude(job("a", "strict", block), invalid);
    assert.deepEqual(
      ends.map(({ strike }) => strike !== null),
      [true, false, false, true],
    );
  });

  it("is known from the very turn of the first verdict until its record", async () => {
    const { jobs, strikes } = make();
    assert.equal(strikes.isCaught("a"), false);
    const concluding = jobs.conclude(job("a"), invalid);
    assert.equal(strikes.isCaught("a"), true);
    assert.equal(strikes.isCaught("b"), false);
    await concluding;
    assert.equal(strikes.isCaught("a"), false);
    await jobs.conclude(job("a", "lenient"), invalid);
  });

  it("gets its strike from the next cheat when the first could not be recorded", async () => {
    const { ends, state, jobs } = make();
    state.refuse = (end) => (end.state === "rejected" ? new RangeError("constraint") : null);
    const first = jobs.conclude(job("a"), invalid);
    assert.equal(await first, "void");
    state.refuse = () => null;
    assert.equal(await jobs.conclude(job("a"), invalid), "struck");
    assert.deepEqual(
      ends.map(({ state: ended, code, strike }) => [ended, code, strike !== null]),
      [
        ["void", "not_recorded", false],
        ["rejected", "proof_rejected", true],
      ],
    );
  });
});

describe("an end that is refused", () => {
  it("for good is recorded as void, counted, and holds up nobody", async () => {
    const { ends, state, jobs, submissions, metrics } = make();
    state.refuse = (end, hotkey) =>
      hotkey === "poison" && end.state !== "void" ? new RangeError("constraint") : null;
    assert.equal(await jobs.conclude(job("poison"), invalid), "void");
    assert.equal(await jobs.conclude(job("poison"), { outcome: "valid" }), "void");
    await submissions.conclude(submission("poison"), invalid);
    await submissions.conclude(submission("poison"), null);
    assert.equal(await jobs.conclude(job("b"), invalid), "struck");
    for (const work of ["submission", "job"])
      assert.equal(metrics.get(`assay_${work}_ends_lost_total`, { lane: "strict" }), 2, work);
    assert.deepEqual(
      ends.map(({ state: ended, code }) => `${ended} ${code}`),
      [...Array<string>(4).fill("void not_recorded"), "rejected proof_rejected"],
    );
  });

  it("for good even as void is given up", async () => {
    const { ends, state, jobs, submissions } = make();
    state.refuse = (_end, hotkey) => (hotkey === "poison" ? new TypeError("broken") : null);
    assert.equal(await jobs.conclude(job("poison"), invalid), "void");
    await assert.rejects(submissions.conclude(submission("poison"), invalid), TypeError);
    assert.equal(await jobs.conclude(job("b"), invalid), "struck");
    assert.equal(ends.length, 1);
  });

  it("for now waits alone: cheats of others are recorded meanwhile", async () => {
    const { told, state, jobs, stop } = make();
    state.refuse = (_end, hotkey) => (hotkey === "a" ? down() : null);
    const waiting = jobs.conclude(job("a"), invalid);
    assert.equal(await jobs.conclude(job("b"), invalid), "struck");
    state.refuse = () => null;
    assert.equal(await waiting, "struck");
    assert.equal(told.at(-1), "strike a");
    state.refuse = down;
    const left = jobs.conclude(job("c"), invalid);
    stop.abort();
    assert.equal(await left, "void", "the validator stops");
  });

  it("though it was recorded counts as recorded", async () => {
    const { told, state, jobs } = make();
    let tries = 0;
    state.refuse = () => (++tries === 1 ? down() : null);
    state.isOnRecord = false;
    assert.equal(await jobs.conclude(job("a"), invalid), "struck");
    assert.equal(told.at(-1), "strike a");
  });
});

describe("a record is a sighting", () => {
  it("of a submission, of work, and of a job that was answered; what was accepted is a delivery", async () => {
    const { told, recorded, jobs, submissions } = make();
    recorded.submission(pendingSubmission({ hotkey: "a", block: 1 }));
    recorded.work([
      { hotkey: "b", block: 2, accepted: 1 },
      { hotkey: "c", block: 3, accepted: 0 },
    ]);
    await jobs.conclude(job("d"), { outcome: "valid" });
    await jobs.endUnanswered({ jobId: "j", epoch: 1, lane: "strict", hotkey: "e" }, "timeout");
    await submissions.conclude(submission("f"), null);
    await submissions.conclude(submission("g", 7, "lenient"), invalid);
    const seen = told.filter((line) => line.startsWith("seen"));
    const delivered = ["seen b 2 delivered", "seen c 3", "seen d 7 delivered", "seen f 7 delivered"];
    assert.deepEqual(seen, ["seen a 1", ...delivered]);
  });
});
