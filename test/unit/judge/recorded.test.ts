import assert from "node:assert/strict";
import { test } from "node:test";
import { noMetrics } from "../../../src/core/metrics.ts";
import type { SampledEnd } from "../../../src/flow/job.ts";
import { Recorded } from "../../../src/judge/conclude/recorded.ts";

function recording() {
  const told: string[] = [];
  const judge = { seen: () => {}, standingOf: () => null };
  const reasons = { add: (...given: string[]) => told.push(given.join(" ")) };
  return { told, recorded: new Recorded(judge, noMetrics, reasons) };
}

const end: SampledEnd = {
  ...{ jobId: "j", epoch: 1, lane: "l", hotkey: "5A", verified: true, answerSha256: "00", credit: 1 },
  ...{ at: 0, block: 7, strike: null, state: "rejected", code: "proof_rejected" },
};

test("rejected and void answers count with their reason, accepted and open ones do not", () => {
  const { told, recorded } = recording();
  const row = { hotkey: "5A", block: 7 };
  recorded.decision({ ...row, state: "accepted", code: null });
  recorded.decision({ ...row, state: "rejected", code: "solution_unsatisfied" });
  recorded.decision({ ...row, state: "void", code: "already_solved" });
  recorded.decision({ ...row, state: "pending", code: null });
  assert.deepEqual(told, ["5A rejected solution_unsatisfied", "5A void already_solved"]);
});

test("so do ends of jobs that were answered", () => {
  const { told, recorded } = recording();
  recorded.jobEnd(end);
  recorded.jobEnd({ ...end, state: "accepted", code: null });
  recorded.jobEnd({ ...end, state: "void", code: "check_timeout" });
  recorded.jobEnd({ ...end, state: "void", code: "validator_restarted", answerSha256: null });
  assert.deepEqual(told, ["5A rejected proof_rejected", "5A void check_timeout"]);
});
