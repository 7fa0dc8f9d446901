import type { DatabaseSync } from "node:sqlite";
import type { PendingSubmission } from "../../../flow/submission.ts";
import { drawOf } from "../../records/lineOfSubmission.ts";
import { packReceipt, receiptPrefix, unpack } from "../../records/packed.ts";
import { bytes, integer, oneOf, type Row } from "../../records/rows.ts";
import { submissionOf } from "../../records/submission.ts";
import { read, write } from "./operation.ts";

const encodings = ["text", "bitset"] as const;

export const pendingSelect = `SELECT s.*, a.encoding AS answer_encoding, a.bytes AS answer, l.hash AS draw_hash
  FROM submissions s LEFT JOIN answers a ON a.id = s.id LEFT JOIN log_lines l ON l.epoch = s.epoch AND l.n = s.draw_n`;

/** Of a row of `pendingSelect`. */
export function pendingOf(row: Row): PendingSubmission {
  // A row whose draw is not in the log must never be decided.
  unpack(row, "draw_hash", "");
  return {
    ...submissionOf(row),
    answer: { encoding: oneOf(row, "answer_encoding", encodings), bytes: bytes(row, "answer") },
    draw: drawOf(row),
  };
}

export function submissionOperations(db: DatabaseSync) {
  const byReceipt = db.prepare("SELECT * FROM submissions WHERE receipt = ?");
  const waiting = db.prepare(
    "SELECT id, receipt FROM submissions WHERE state = 'pending' ORDER BY received_at, id",
  );
  const whole = db.prepare(`${pendingSelect} WHERE s.id = ?`);
  const addTry = db.prepare(
    "UPDATE submissions SET tries = tries + 1 WHERE receipt = ? AND state = 'pending'",
  );
  const tries = db.prepare("SELECT tries FROM submissions WHERE receipt = ?");

  /** Ids of the oldest pending rows; reads only the index of pending rows. */
  const oldest = (limit: number, except: ReadonlySet<string>): number[] => {
    const ids: number[] = [];
    if (limit < 1) return ids;
    for (const row of waiting.iterate()) {
      if (except.has(unpack(row, "receipt", receiptPrefix))) continue;
      ids.push(integer(row, "id"));
      if (ids.length >= limit) break;
    }
    return ids;
  };

  return {
    submission: read((receiptId: string) => {
      const row = byReceipt.get(packReceipt(receiptId));
      return row === undefined ? null : submissionOf(row);
    }),
    pending: read((limit: number, except: ReadonlySet<string>) =>
      oldest(limit, except).map((id) => pendingOf(whole.get(id) ?? {})),
    ),
    countTry: write((receiptId: string) => {
      const receipt = packReceipt(receiptId);
      addTry.run(receipt);
      const row = tries.get(receipt);
      return row === undefined ? 0 : integer(row, "tries");
    }),
  };
}
