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

/** Account, cap, back-off, deadline, code of the sample, and what becomes of the job: as far as anything does. */
function told(end: JobEnd | CheckedEnd, facts: JobFacts): string {
  const { account, cap, backOff, isMissed, sampleCode, next, failCode } = whatFollows(end, facts, retries);
  const words = [account, cap, backOff, isMissed ? "missed" : null, sampleCode, next, failCode];
  return words.filter((word) => word !== null).join(" ");
}

const fault = "debit failure begins";

/** Every end with its label, and what follows for a benchmark that is not sampled and for a customer's job that is. */
const atMiner: readonly (readonly [JobEnd, string, string, string])[] = [
  [
    { kind: "answered", answer: answerOf("1") },
    ...(["answered", "credit delivery ends over", "delivery ends check"] as const),
  ],
  [failed("handler_error"), "handler_error", `${fault} elsewhere`, `${fault} handler_error elsewhere`],
  [failed("timeout"), "timeout", `${fault} missed elsewhere`, `${fault} missed timeout elsewhere`],
  [failed("unreachable"), "unreachable", `${fault} elsewhere`, `${fault} unreachable elsewhere`],
  [withdrawn("suspended"), "withdrawn", "elsewhere", "suspended elsewhere"],
  [withdrawn("validator_stopped"), "withdrawn", "elsewhere", "validator_stopped elsewhere"],
  [withdrawn("unsent"), "unsent", "elsewhere", "unsent elsewhere"],
  [{ kind: "not_recorded" }, "not_recorded", "back", "back"],
];

/** Every conclusion, for a benchmark and for a customer's job; then the code with which the last attempt fails. */
const afterCheck: readonly (readonly [CheckedEnd, string, string, string | null])[] = [
  [concluded("accepted", valid), "done", "done", null],
  [concluded("rejected", invalid), "debit failure over", "debit failure elsewhere", "proof_rejected"],
  [concluded("struck", invalid), "over", "elsewhere", "proof_rejected"],
  [concluded("void", invalid), "over", "elsewhere", "proof_rejected"],
  [concluded("void", error), "over", "elsewhere", "check_crashed"],
  [concluded("void", valid), "over", "elsewhere", null],
];

describe("what follows from the end of a job", () => {
  it("at a miner", () => {
    for (const [end, label, one, other] of atMiner) {
      assert.equal(labelOf(end), label);
      assert.equal(told(end, benchmark), one);
      assert.equal(told(end, customers), other);
    }
  });

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
    for (const [end] of atMiner) {
      const code = end.kind === "failed" ? end.failure : null;
      assert.deepEqual(failCodes(end), [null, code, null, code]);
    }
    for (const [end, , , code] of afterCheck) assert.deepEqual(failCodes(end), [null, code, null, null]);
  });
});
