import type { PendingSubmission } from "../../../../flow/submission.ts";
import { drawOf } from "../../../records/lineOfSubmission.ts";
import { bytes, oneOf, type Row, text } from "../../../records/rows.ts";
import { submissionOf } from "../../../records/submission.ts";

const encodings = ["text", "bitset"] as const;

/** A row of the queue with its submission and the hash of its draw. */
export function pendingOf(row: Row): PendingSubmission {
  // A row whose draw is not in the log must never be decided.
  text(row, "draw_hash");
  const { buffer, byteOffset, byteLength } = bytes(row, "answer");
  return {
    ...submissionOf(row),
    answer: {
      encoding: oneOf(row, "answer_encoding", encodings),
      bytes: new Uint8Array(buffer, byteOffset, byteLength),
    },
    draw: drawOf(row),
  };
}
