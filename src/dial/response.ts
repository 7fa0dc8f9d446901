import type { JobAnswer } from "../flow/job.ts";

/** Why a reached miner gave no answer, where it did not say so itself; the listener gets each as `failed`. */
export const dialFailures = {
  /** Any status but 2xx, redirects included; or a failure without a code. */
  handler_error: "handler_error",
  /** The body is not JSON. */
  bad_json: "bad_json",
  /** The body is not an object, or has neither an answer nor a failure. */
  no_answer: "no_answer",
  /** The answer is to another job. */
  wrong_job: "wrong_job",
  /** The body is longer than its bound. */
  too_large: "too_large",
  /** The response is not HTTP. */
  bad_response: "bad_response",
  /** The connection broke in the middle of the response. */
  broken_off: "broken_off",
  /** No whole response within the deadline. */
  timeout: "timeout",
} as const;

export type DialFailure = keyof typeof dialFailures;

/** How a request ended. `code`: a `DialFailure`, or the miner's own. */
export type DialOutcome =
  | { readonly kind: "answered"; readonly answer: JobAnswer }
  | { readonly kind: "failed"; readonly code: string }
  | { readonly kind: "unreachable" };

const failCode = /^[\w.:-]{1,64}$/;

export const failed = (code: DialFailure): DialOutcome => ({ kind: "failed", code });

function failureOf(code: unknown): DialOutcome {
  return typeof code === "string" && failCode.test(code) ? { kind: "failed", code } : failed("handler_error");
}

/** The answer as JSON; null when it is nested too deep to write, which no valid answer is. */
function answerOf(value: unknown, size: number): JobAnswer | null {
  try {
    const text = JSON.stringify(value);
    return { size, text: () => text };
  } catch {
    return null;
  }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Reads `{job_id, answer}`, `{job_id, fail: code}` or `{code}`. */
export function readResponse(body: Buffer, jobId: string): DialOutcome {
  const value = parsed(body);
  if (value === undefined) return failed("bad_json");
  if (typeof value !== "object" || value === null) return failed("no_answer");
  const { job_id: given, answer, fail, code } = value as Readonly<Record<string, unknown>>;
  if (given !== undefined && given !== jobId) return failed("wrong_job");
  if (fail !== undefined || code !== undefined) return failureOf(fail ?? code);
  if (answer === undefined || answer === null) return failed("no_answer");
  if (given === undefined) return failed("wrong_job");
  const made = answerOf(answer, body.length);
  return made === null ? failed("bad_json") : { kind: "answered", answer: made };
}

/** Reads the `{code}` of a status from 400 on; a refusal without one is `handler_error`. */
export function readRefusal(body: Buffer): DialOutcome {
  const { code } = Object(parsed(body)) as { code?: unknown };
  return failureOf(code);
}
