import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type JobFacts, labelOf, whatFollows } from "../../../src/dispatch/whatFollows.ts";
import type { CheckedEnd, Conclusion, JobEnd, JobFailure, Withdrawal } from "../../../src/flow/jobEnd.ts";
import type { Verdict } from "../../../src/flow/verdict.ts";
import { answerOf } from "../../support/dispatch/link.ts";
import { error, invalid, valid } from "../../support/dispatch/world.ts";

const failed = (failure: JobFailure): JobEnd => ({ kind: "failed", failure });
const withdrawn = (why: Withdrawal): JobEnd => ({ kind: "withdrawn", why });
const concluded = (conclusion: Conclusion, verdict: Verdict): CheckedEnd => ({
  ...{ kind: "concluded", conclusion, verdict },
});

const benchmark: JobFacts = { isSampled: false, isCustomers: false, attempts: 1 };
const customers: JobFacts = { isSampled: true, isCustomers: true, attempts: 1 };
const retries = { customer: 20, benchmark: 5 };

/** Account, cap, back-off, deadline, code of the sample, and what becomes of the job. */
function told(end: JobEnd | CheckedEnd, facts: JobFacts): string {
  const { account, cap, backOff, isMissed, sampleCode, next, failCode } = whatFollows(end, facts, retries);
  return [account, cap, backOff, isMissed ? "missed" : null, sampleCode, next, failCode]
    .map((word) => word ?? "-")
    .join(" ");
}

/** Every end: its label, what follows for a benchmark that is not sampled, and for a customer's job that is. */
const atMiner: Readonly<Record<string, readonly [JobEnd, string, string]>> = {
  answered: [
    { kind: "answered", answer: answerOf("1") },
    "credit delivery ends - - over -",
    "- delivery ends - - check -",
  ],
  handler_error: [
    failed("handler_error"),
    "debit failure begins - - elsewhere -",
    "debit failure begins - handler_error elsewhere -",
  ],
  timeout: [
    failed("timeout"),
    "debit failure begins missed - elsewhere -",
    "debit failure begins missed timeout elsewhere -",
  ],
  unreachable: [
    failed("unreachable"),
    "debit failure begins - - elsewhere -",
    "debit failure begins - unreachable elsewhere -",
  ],
  withdrawn: [withdrawn("suspended"), "- - - - - elsewhere -", "- - - - suspended elsewhere -"],
  "withdrawn ": [
    withdrawn("validator_stopped"),
    "- - - - - elsewhere -",
    "- - - - validator_stopped elsewhere -",
  ],
  unsent: [withdrawn("unsent"), "- - - - - elsewhere -", "- - - - unsent elsewhere -"],
  not_recorded: [{ kind: "not_recorded" }, "- - - - - back -", "- - - - - back -"],
};

/** Every conclusion, for a benchmark and for a customer's job; then the code with which the last attempt fails. */
const afterCheck: readonly (readonly [CheckedEnd, string, string, string | null])[] = [
  [concluded("accepted", valid), "- - - - - done -", "- - - - - done -", null],
  [
    concluded("rejected", invalid),
    "debit failure - - - over -",
    "debit failure - - - elsewhere -",
    "proof_rejected",
  ],
  [concluded("struck", invalid), "- - - - - over -", "- - - - - elsewhere -", "proof_rejected"],
  [concluded("void", invalid), "- - - - - over -", "- - - - - elsewhere -", "proof_rejected"],
  [concluded("void", error), "- - - - - over -", "- - - - - elsewhere -", "check_crashed"],
  [concluded("void", valid), "- - - - - over -", "- - - - - elsewhere -", null],
];

describe("what follows from the end of a job", () => {
  for (const [label, [end, one, other]] of Object.entries(atMiner)) {
    it(`at a miner: ${label}`, () => {
      assert.equal(labelOf(end), label.trim());
      assert.equal(told(end, benchmark), one);
      assert.equal(told(end, customers), other);
    });
  }

  it("after a check", () => {
    for (const [end, one, other] of afterCheck) {
      assert.equal(told(end, { ...benchmark, isSampled: true }), one);
      assert.equal(told(end, customers), other);
    }
  });

  it("is another miner's turn until a failing job was given often enough, and for what is withdrawn always", () => {
    const failCodes = (end: JobEnd | CheckedEnd) =>
      [
        { ...customers, attempts: 20 },
        { ...customers, attempts: 21 },
        { ...benchmark, attempts: 5 },
        { ...benchmark, attempts: 6 },
      ].map((facts) => whatFollows(end, facts, retries).failCode);
    for (const failure of ["handler_error", "timeout", "unreachable"] as const)
      assert.deepEqual(failCodes(failed(failure)), [null, failure, null, failure]);
    for (const why of ["suspended", "validator_stopped", "unsent"] as const)
      assert.deepEqual(failCodes(withdrawn(why)), [null, null, null, null]);
    for (const [end, , , code] of afterCheck) assert.deepEqual(failCodes(end), [null, code, null, null]);
  });
});
