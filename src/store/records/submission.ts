import type { Submission } from "../../flow/submission.ts";
import { challengePrefix, receiptPrefix, unpack } from "./packed.ts";
import { flag, integer, oneOf, type Row, real, realOrNull, text, textOrNull } from "./rows.ts";

const states = ["pending", "accepted", "rejected", "void"] as const;

export function submissionOf(row: Row): Submission {
  const place = { tier: integer(row, "tier"), epoch: integer(row, "epoch") };
  return {
    receiptId: unpack(row, "receipt", receiptPrefix),
    lane: text(row, "lane"),
    hotkey: text(row, "hotkey"),
    challengeId: unpack(row, "challenge", challengePrefix(place)),
    ...place,
    seq: integer(row, "seq"),
    answerSha256: unpack(row, "answer_sha256", ""),
    weight: real(row, "weight"),
    receivedAt: real(row, "received_at"),
    block: integer(row, "block"),
    sampled: flag(row, "sampled"),
    state: oneOf(row, "state", states),
    code: textOrNull(row, "code"),
    tries: integer(row, "tries"),
    decidedAt: realOrNull(row, "decided_at"),
  };
}
