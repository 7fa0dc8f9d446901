import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { silentLog } from "../../../src/core/log.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import type { AnsweredJob, SampledEnd } from "../../../src/flow/job.ts";
import type { StrikeRecord } from "../../../src/flow/strike.ts";
import type { Decision } from "../../../src/flow/submission.ts";
import type { Verdict } from "../../../src/flow/verdict.ts";
import { endOf } from "../../../src/judge/conclude/end.ts";
import { JobConcluder } from "../../../src/judge/conclude/jobs.ts";
import { Recorded } from "../../../src/judge/conclude/recorded.ts";
import { StrikeConcluder } from "../../../src/judge/conclude/strikes.ts";
import { SubmissionConcluder } from "../../../src/judge/conclude/submissions.ts";
import { FakeClock } from "../../support/fakeClock.ts";
import { pendingSubmission } from "../../support/flow/submission.ts";
import { namedPushLane } from "../../support/lanes/namedPush.ts";

const invalid = { outcome: "invalid", code: "proof_rejected" } as const;
const error: Verdict = { outcome: "error", code: "check_timeout" };

/** Both concluders over one judge and store, which tell in order what they were asked. */
function make() {
  const told: string[] = [];
  const ends: (Decision | SampledEnd)[] = [];
  const state = { isOnRecord: true };
  const judge = {
    assess: ({ hotkey }: { hotkey: string }) => {
      told.push(`assess ${hotkey}`);
      return { hotkey, suspendUntil: null, evidence: { work_id: "w" } } as unknown as StrikeRecord;
    },
    record: ({ hotkey }: StrikeRecord) => void told.push(`strike ${hotkey}`),
    seen: (hotkey: string, block: number) => void told.push(`seen ${hotkey} ${block}`),
  };
  const end = async (ended: Decision | SampledEnd): Promise<boolean> => {
    await Promise.resolve();
    told.push(`end ${ended.state}`);
    ends.push(ended);
    return state.isOnRecord;
  };
  const store = {
    decide: async (decision: Decision) => ((await end(decision)) ? pendingSubmission() : null),
    endSamples: async ([ended]: readonly SampledEnd[]) =>
      ended !== undefined && (await end(ended)) ? [ended.jobId] : [],
    openSamples: async () => [],
  };
  const strict = namedPushLane("strict", 1);
  const lenient = { ...strict, name: "lenient", policy: { ...strict.policy, penalty: "reject" as const } };
  const lanes = new Map([strict, lenient].map((lane) => [lane.name, lane]));
  const strikes = new StrikeConcluder({ judge, lanes, log: silentLog });
  const recorded = new Recorded(judge);
  const base = { store, strikes, clock: new FakeClock(5000), log: silentLog, metrics: noMetrics };
  const stopped = new AbortController().signal;
  const jobs = new JobConcluder({ ...base, recorded, stopped });
  return { told, ends, state, recorded, jobs, submissions: new SubmissionConcluder(base) };
}

function job(hotkey: string, lane = "strict"): AnsweredJob {
  const { draw } = pendingSubmission({ hotkey, lane });
  const work = { jobId: `job of ${hotkey}`, lane, kind: "k", hotkey, draw, input: { x: "1" } };
  return { ...work, answer: "{}", credit: 1, block: 7 };
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

  it("is acted on once it is on record, strikes of submissions and jobs one after the other", async () => {
    const { told, jobs, submissions } = make();
    const of = pendingSubmission({ hotkey: "a", lane: "strict" });
    const concluded = await Promise.all([
      submissions.conclude(of, invalid),
      jobs.conclude(job("b"), invalid),
    ]);
    assert.equal(concluded[1], "struck");
    const first = ["assess a", "end rejected", "strike a"];
    assert.deepEqual(told, [...first, "assess b", "end rejected", "seen b 7", "strike b"]);
  });

  it("is not acted on where the work had ended before", async () => {
    const { told, state, jobs, submissions } = make();
    state.isOnRecord = false;
    await submissions.conclude(pendingSubmission({ hotkey: "a", lane: "strict" }), invalid);
    assert.equal(await jobs.conclude(job("b"), invalid), "void");
    assert.deepEqual(told, ["assess a", "end rejected", "assess b", "end rejected"]);
  });
});

describe("a record is a sighting", () => {
  it("of a submission, of work, and of a job that was answered", async () => {
    const { told, recorded, jobs } = make();
    recorded.submission(pendingSubmission({ hotkey: "a", block: 1 }));
    recorded.work([
      { hotkey: "b", block: 2 },
      { hotkey: "c", block: 3 },
    ]);
    await jobs.conclude(job("d"), { outcome: "valid" });
    await jobs.endUnanswered({ jobId: "j", epoch: 1, lane: "strict", hotkey: "e" }, "timeout");
    const seen = told.filter((line) => line.startsWith("seen"));
    assert.deepEqual(seen, ["seen a 1", "seen b 2", "seen c 3", "seen d 7"]);
  });
});
