import type { Draw, LogEntry } from "../../flow/draw.ts";
import type { NewSubmission, Submission } from "../../flow/submission.ts";
import { unpack } from "./packed.ts";
import { flag, integer, oneOf, type Row, text } from "./rows.ts";
import { submissionOf } from "./submission.ts";

const classes = ["lane", "customer", "cold_start", "struck"] as const;

export function drawEntry({ receiptId, answerSha256, draw }: NewSubmission): LogEntry {
  return { type: "draw", receipt_id: receiptId, answer_sha256: answerSha256, ...draw };
}

export function verdictEntry(
  submission: Pick<Submission, "epoch" | "lane" | "hotkey" | "challengeId" | "receiptId">,
  { state, code, verified }: Pick<Extract<LogEntry, { type: "verdict" }>, "state" | "code" | "verified">,
): LogEntry {
  const { epoch, lane, hotkey, challengeId, receiptId } = submission;
  const of = { epoch, lane, hotkey, work_id: challengeId, receipt_id: receiptId };
  return { type: "verdict", ...of, state, verified, code };
}

/** The draw of a row of submissions. */
export function drawOf(row: Row): Draw {
  const { epoch, lane, hotkey, challengeId, sampled } = submissionOf(row);
  const drawn = {
    class: oneOf(row, "draw_class", classes),
    rate: text(row, "rate"),
    x: unpack(row, "x", ""),
  };
  return { epoch, lane, hotkey, work_id: challengeId, ...drawn, sampled };
}

/** The entry of a row of submissions with the number `n` of its line: the draw at `draw_n`, else the verdict. */
export function entryOfSubmission(row: Row): LogEntry {
  const submission = submissionOf(row);
  if (integer(row, "n") === integer(row, "draw_n")) {
    const { receiptId, answerSha256 } = submission;
    return { type: "draw", receipt_id: receiptId, answer_sha256: answerSha256, ...drawOf(row) };
  }
  const state = oneOf(row, "state", ["accepted", "rejected", "void"] as const);
  return verdictEntry(submission, { state, code: submission.code, verified: flag(row, "verified") });
}
