import type { Signer } from "../core/ed25519.ts";
import type { Lane } from "../flow/lane.ts";
import type { Receipt, Submission, SubmissionState } from "../flow/submission.ts";

/** The verdict of a receipt; where only a share of the answers is verified, an accepted one does not show whether it was. */
function verdictOf(submission: Submission, lane: Lane | undefined): Receipt["verdict"] {
  const { state, code } = submission;
  if (state === "rejected") return { outcome: "invalid", code: code ?? "unknown" };
  if (state === "void") return { outcome: "error", code: code ?? "unknown" };
  const allVerified = lane !== undefined && lane.policy.rate.num === lane.policy.rate.den;
  return state === "accepted" && allVerified ? { outcome: "valid" } : undefined;
}

/** The signed receipt of a submission; `state` may be fresher than the row. */
export function receiptOf(
  submission: Submission,
  state: SubmissionState,
  lane: Lane | undefined,
  signer: Signer,
): Receipt {
  const verdict = verdictOf(submission, lane);
  const unsigned = {
    receipt_id: submission.receiptId,
    state,
    challenge_id: submission.challengeId,
    hotkey: submission.hotkey,
    lane: submission.lane,
    tier: submission.tier,
    received_at: submission.receivedAt,
    answer_sha256: submission.answerSha256,
    ...(verdict === undefined ? {} : { verdict }),
    ...(submission.state === "accepted" ? { weight: submission.weight } : {}),
  };
  return { ...unsigned, signature: signer.signDocument(unsigned) };
}
