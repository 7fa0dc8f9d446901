import type { PendingSubmission } from "../../../src/flow/submission.ts";

/** A pending submission of the `sat` lane with everything that a test does not care for filled in. */
export function pendingSubmission(
  given: Partial<PendingSubmission> & { text?: string } = {},
): PendingSubmission {
  const { text = "valid", ...rest } = given;
  const receiptId = rest.receiptId ?? `rc_${"0".repeat(32)}`;
  const lane = rest.lane ?? "sat";
  const hotkey = rest.hotkey ?? "hotkey";
  const challengeId = rest.challengeId ?? "pm-t1-e1-000000000000000000000000";
  const sampled = rest.sampled ?? true;
  return {
    receiptId,
    lane,
    hotkey,
    challengeId,
    epoch: 1,
    tier: 1,
    seq: 0,
    answerSha256: "00",
    weight: 1,
    receivedAt: 0,
    block: 0,
    sampled,
    state: "pending",
    code: null,
    tries: 0,
    decidedAt: null,
    answer: { encoding: "text", bytes: Buffer.from(text) },
    draw: {
      epoch: 1,
      lane,
      hotkey,
      work_id: challengeId,
      class: "lane",
      rate: "1",
      x: "0".repeat(16),
      sampled,
    },
    ...rest,
  };
}
