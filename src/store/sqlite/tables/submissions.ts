import type { DatabaseSync } from "node:sqlite";
import type { Draw, LogEntry } from "../../../flow/draw.ts";
import type { PendingSubmission, Submission } from "../../../flow/submission.ts";
import { read, write } from "./operation.ts";
import { bytes, flag, integer, json, oneOf, type Row, real, realOrNull, text, textOrNull } from "./rows.ts";

const states = ["pending", "accepted", "rejected", "void"] as const;
const encodings = ["text", "bitset"] as const;
const drawMembers = ["epoch", "lane", "hotkey", "work_id", "class", "rate", "x", "sampled"] as const;

type DrawLine = Extract<LogEntry, { type: "draw" }>;

export const pendingSelect = `SELECT s.*, l.line FROM submissions s
  LEFT JOIN log_lines l ON l.epoch = s.epoch AND l.n = s.draw_n`;

export function submissionOf(row: Row): Submission {
  return {
    receiptId: text(row, "receipt_id"),
    lane: text(row, "lane"),
    hotkey: text(row, "hotkey"),
    challengeId: text(row, "challenge_id"),
    epoch: integer(row, "epoch"),
    tier: integer(row, "tier"),
    seq: integer(row, "seq"),
    answerSha256: text(row, "answer_sha256"),
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

function drawOf(row: Row): Draw {
  const {
    epoch,
    lane,
    hotkey,
    work_id,
    class: drawClass,
    rate,
    x,
    sampled,
  } = json<DrawLine>(row, "line", drawMembers);
  return { epoch, lane, hotkey, work_id, class: drawClass, rate, x, sampled };
}

/** Of a row of `pendingSelect`. */
export function pendingOf(row: Row): PendingSubmission {
  return {
    ...submissionOf(row),
    answer: { encoding: oneOf(row, "answer_encoding", encodings), bytes: bytes(row, "answer") },
    draw: drawOf(row),
  };
}

export function submissionOperations(db: DatabaseSync) {
  const byReceipt = db.prepare("SELECT * FROM submissions WHERE receipt_id = ?");
  const waiting = db.prepare(
    "SELECT id, receipt_id FROM submissions WHERE state = 'pending' ORDER BY received_at, id",
  );
  const whole = db.prepare(`${pendingSelect} WHERE s.id = ?`);
  const addTry = db.prepare(
    "UPDATE submissions SET tries = tries + 1 WHERE receipt_id = ? AND state = 'pending'",
  );
  const tries = db.prepare("SELECT tries FROM submissions WHERE receipt_id = ?");

  /** Ids of the oldest pending rows; reads only the index of pending rows. */
  const oldest = (limit: number, except: ReadonlySet<string>): number[] => {
    const ids: number[] = [];
    if (limit < 1) return ids;
    for (const row of waiting.iterate()) {
      if (except.has(text(row, "receipt_id"))) continue;
      ids.push(integer(row, "id"));
      if (ids.length >= limit) break;
    }
    return ids;
  };

  return {
    submission: read((receiptId: string) => {
      const row = byReceipt.get(receiptId);
      return row === undefined ? null : submissionOf(row);
    }),
    pending: read((limit: number, except: ReadonlySet<string>) =>
      oldest(limit, except).map((id) => pendingOf(whole.get(id) ?? {})),
    ),
    countTry: write((receiptId: string) => {
      addTry.run(receiptId);
      const row = tries.get(receiptId);
      return row === undefined ? 0 : integer(row, "tries");
    }),
  };
}
