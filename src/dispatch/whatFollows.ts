import type { CheckedEnd, JobEnd, UnansweredCode } from "../flow/jobEnd.ts";

/** Facts about a job at a miner, apart from how it ended. */
export interface JobFacts {
  readonly isSampled: boolean;
  /** False for a benchmark. */
  readonly isCustomers: boolean;
  /** Miners that have had it, including this one and those before a restart. */
  readonly attempts: number;
}

/** How many times a job may go to another miner. */
export interface RetryBounds {
  readonly customer: number;
  readonly benchmark: number;
}

/** What follows for the miner, the kind of work, the log and the job; null for nothing. */
export interface Consequences {
  /** For the miner's account. Checked answers are paid with the record of their conclusion. */
  readonly account: "credit" | "debit" | null;
  readonly cap: "delivery" | "failure" | null;
  readonly backOff: "begins" | "ends" | null;
  /** Whether the deadline of the kind may be too short. */
  readonly isMissed: boolean;
  /** Ends the sample in the log: it will get no answer. */
  readonly sampleCode: UnansweredCode | null;
  readonly next: NextOfJob;
  /** The code of a job that fails. */
  readonly failCode: string | null;
}

export type NextOfJob =
  /** Nothing more is done with it. */
  | "over"
  /** Its answer is checked and then concluded. */
  | "check"
  /** Its answer was good: a customer gets it. */
  | "done"
  | "elsewhere"
  /** It has been given to as many miners as it may. */
  | "fails"
  /** It goes back where it came from, as if it had not been picked. */
  | "back";

const nothing: Consequences = {
  ...{ account: null, cap: null, backOff: null, isMissed: false, sampleCode: null },
  ...{ next: "over", failCode: null },
};
/** A sampled answer changes a miner's jobs like any other; otherwise it would show what is checked. */
const delivered: Consequences = { ...nothing, cap: "delivery", backOff: "ends" };
const credited: Consequences = { ...delivered, account: "credit" };
const creditedAndDone: Consequences = { ...credited, next: "done" };
const toCheck: Consequences = { ...delivered, next: "check" };
const takenBack: Consequences = { ...nothing, next: "back" };
const done: Consequences = { ...nothing, next: "done" };
const rejected: Consequences = { ...nothing, account: "debit", cap: "failure" };
const failed: Consequences = { ...rejected, backOff: "begins" };

/** The only place that decides what each end of a job at a miner means. For most jobs it allocates nothing. */
export function whatFollows(end: JobEnd | CheckedEnd, facts: JobFacts, retries: RetryBounds): Consequences {
  switch (end.kind) {
    case "answered":
      if (facts.isSampled) return toCheck;
      return facts.isCustomers ? creditedAndDone : credited;
    case "failed": {
      const { failure } = end;
      const sampleCode = facts.isSampled ? failure : null;
      const next = nextMiner(failure, facts, retries);
      return { ...failed, isMissed: failure === "timeout", sampleCode, ...next };
    }
    case "withdrawn":
      return {
        ...{ ...nothing, sampleCode: facts.isSampled ? end.why : null },
        // It was never one of this miner's jobs, so it is no attempt either.
        next: end.why === "kind_unknown" ? "back" : "elsewhere",
      };
    case "not_recorded":
      return takenBack;
    case "concluded":
      return afterCheck(end, facts, retries);
  }
}

/** Judge handles the consequences of a strike; a void check has none, except that a customer still waits. */
function afterCheck(
  { conclusion, verdict }: CheckedEnd,
  facts: JobFacts,
  retries: RetryBounds,
): Consequences {
  if (conclusion === "accepted") return done;
  const base = conclusion === "rejected" ? rejected : nothing;
  if (!facts.isCustomers) return base;
  // A good answer that could not be recorded is not a failure of the job.
  const code = verdict.outcome === "valid" ? null : verdict.code;
  return { ...base, ...nextMiner(code, facts, retries) };
}

/** `code`: what the job fails with once no more miners may get it; null: it does not fail. */
function nextMiner(
  code: string | null,
  { isCustomers, attempts }: JobFacts,
  retries: RetryBounds,
): Pick<Consequences, "next" | "failCode"> {
  const isLast = code !== null && attempts > (isCustomers ? retries.customer : retries.benchmark);
  return isLast ? { next: "fails", failCode: code } : { next: "elsewhere", failCode: null };
}

/** The end as the metrics name it. */
export function labelOf(end: JobEnd): string {
  if (end.kind === "failed") return end.failure;
  return end.kind === "withdrawn" && (end.why === "unsent" || end.why === "kind_unknown")
    ? end.why
    : end.kind;
}
