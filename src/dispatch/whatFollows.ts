import type { CheckedEnd, JobEnd, UnansweredCode } from "../flow/jobEnd.ts";

/** What has to be known of a job at a miner, apart from how it ended. */
export interface JobFacts {
  readonly isSampled: boolean;
  /** False for a benchmark. */
  readonly isCustomers: boolean;
  /** Miners that have had it: this one, and those before a restart, included. */
  readonly attempts: number;
}

/** Times that a job goes to another miner. */
export interface RetryBounds {
  readonly customer: number;
  readonly benchmark: number;
}

/** What follows for the miner, the kind of work, the log and the job; null where nothing does. */
export interface Consequences {
  /** Of the miner's account. What is checked is paid with the record of its conclusion. */
  readonly account: "credit" | "debit" | null;
  readonly cap: "delivery" | "failure" | null;
  readonly backOff: "begins" | "ends" | null;
  /** Whether the deadline of the kind may be too short. */
  readonly isMissed: boolean;
  /** Ends the sample in the log: no answer to it will come. */
  readonly sampleCode: UnansweredCode | null;
  readonly next: NextOfJob;
  /** Of a job that fails. */
  readonly failCode: string | null;
}

export type NextOfJob =
  /** Nothing more is to be done with it. */
  | "over"
  /** Its answer is checked, and concluded then. */
  | "check"
  /** It was answered well: a customer gets the answer. */
  | "done"
  | "elsewhere"
  /** As often as it may be given to a miner it was. */
  | "fails"
  /** To where it came from, as if it had not been picked. */
  | "back";

const nothing: Consequences = {
  ...{ account: null, cap: null, backOff: null, isMissed: false, sampleCode: null },
  ...{ next: "over", failCode: null },
};
/** Sampled or not, a miner gets as much to do: or that would tell what is checked. */
const delivered: Consequences = { ...nothing, cap: "delivery", backOff: "ends" };
const credited: Consequences = { ...delivered, account: "credit" };
const toCheck: Consequences = { ...delivered, next: "check" };
const takenBack: Consequences = { ...nothing, next: "back" };
const done: Consequences = { ...nothing, next: "done" };
const rejected: Consequences = { ...nothing, account: "debit", cap: "failure" };
const failed: Consequences = { ...rejected, backOff: "begins" };

/** What each end of a job at a miner means: the one place that says so. The end of most jobs makes nothing new. */
export function whatFollows(end: JobEnd | CheckedEnd, facts: JobFacts, retries: RetryBounds): Consequences {
  switch (end.kind) {
    case "answered":
      return facts.isSampled ? toCheck : credited;
    case "failed": {
      const { failure } = end;
      const sampleCode = facts.isSampled ? failure : null;
      const next = nextMiner(failure, facts, retries);
      return { ...failed, isMissed: failure === "timeout", sampleCode, ...next };
    }
    case "withdrawn":
      return { ...nothing, sampleCode: facts.isSampled ? end.why : null, next: "elsewhere" };
    case "not_recorded":
      return takenBack;
    case "concluded":
      return afterCheck(end, facts, retries);
  }
}

/** A strike has consequences of its own, which are judge's; a void check none but for a customer, who still waits. */
function afterCheck(
  { conclusion, verdict }: CheckedEnd,
  facts: JobFacts,
  retries: RetryBounds,
): Consequences {
  if (conclusion === "accepted") return done;
  const base = conclusion === "rejected" ? rejected : nothing;
  if (!facts.isCustomers) return base;
  // A good answer that could not be recorded is no failure of the job.
  const code = verdict.outcome === "valid" ? null : verdict.code;
  return { ...base, ...nextMiner(code, facts, retries) };
}

/** `code`: what the job fails with once it has been given often enough; null: it does not. */
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
  return end.kind === "withdrawn" && end.why === "unsent" ? end.why : end.kind;
}
