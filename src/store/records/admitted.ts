import type { NewSubmission, PendingSubmission } from "../../flow/submission.ts";

/** A submission as it is on record once it was admitted. */
export function admitted(submission: NewSubmission): PendingSubmission {
  const {
    idempotencyKey: _key,
    maxAttempts: _attempts,
    node: _node,
    spend: _spend,
    ...recorded
  } = submission;
  return {
    ...recorded,
    sampled: submission.draw.sampled,
    state: "pending",
    code: null,
    tries: 0,
    decidedAt: null,
  };
}
