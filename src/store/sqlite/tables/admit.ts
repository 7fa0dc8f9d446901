import type { DatabaseSync } from "node:sqlite";
import type { AdmitOutcome, NewSubmission } from "../../../flow/submission.ts";
import type { ChainLog } from "./chainLog.ts";
import { write } from "./operation.ts";
import { integer, type Row, text } from "./rows.ts";
import { submissionOf } from "./submissions.ts";

/** An admitted row is not sent back: the caller has all of it. */
export type AdmitReply = Exclude<AdmitOutcome, { kind: "admitted" }> | { readonly kind: "admitted" };

type RefusalCode = Extract<AdmitReply, { kind: "refused" }>["code"];

const refused = (code: RefusalCode): AdmitReply => ({ kind: "refused", code });

export function admitOperations(db: DatabaseSync, log: ChainLog) {
  const byKey = db.prepare("SELECT * FROM submissions WHERE idempotency_key = ?");
  const epochOf = db.prepare("SELECT closed_at, log_head, log_length FROM epochs WHERE epoch = ?");
  const solved = db.prepare("SELECT 1 FROM solves WHERE lane = ? AND challenge_id = ?");
  const attempts = db.prepare(
    "SELECT count(*) AS n FROM submissions WHERE epoch = ? AND lane = ? AND challenge_id = ? AND state <> 'void'",
  );
  const insert = db.prepare(`INSERT INTO submissions (receipt_id, idempotency_key, lane, hotkey, challenge_id,
      epoch, tier, seq, answer_encoding, answer, answer_sha256, weight, received_at, block, sampled, draw_n,
      state, code, tries, decided_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', NULL, 0, NULL)`);
  const sight =
    db.prepare(`INSERT INTO miners (hotkey, first_seen, last_seen, submitted, accepted, rejected, void)
    VALUES (?, ?, ?, 1, 0, 0, 0)
    ON CONFLICT (hotkey) DO UPDATE SET last_seen = max(last_seen, excluded.last_seen), submitted = submitted + 1`);

  const refusal = (s: NewSubmission, epoch: Row): RefusalCode | null => {
    if (epoch.closed_at !== null) return "epoch_expired";
    if (solved.get(s.lane, s.challengeId) !== undefined) return "already_solved";
    if (integer(attempts.get(s.epoch, s.lane, s.challengeId), "n") < s.maxAttempts) return null;
    return s.maxAttempts === 1 ? "already_answered" : "attempts_exhausted";
  };

  const record = (s: NewSubmission, epoch: Row): void => {
    const end = { epoch: s.epoch, head: text(epoch, "log_head"), length: integer(epoch, "log_length") };
    const { receiptId, answerSha256, answer } = s;
    const n = log.append(end, {
      type: "draw",
      receipt_id: receiptId,
      answer_sha256: answerSha256,
      ...s.draw,
    });
    const work = [
      receiptId,
      s.idempotencyKey,
      s.lane,
      s.hotkey,
      s.challengeId,
      s.epoch,
      s.tier,
      s.seq,
    ] as const;
    const kept = [answer.encoding, answer.bytes, answerSha256, s.weight, s.receivedAt, s.block] as const;
    insert.run(...work, ...kept, s.draw.sampled ? 1 : 0, n);
    sight.run(s.hotkey, s.block, s.block);
  };

  return {
    admit: write((s: NewSubmission): AdmitReply => {
      const earlier = byKey.get(s.idempotencyKey);
      if (earlier !== undefined) return { kind: "replay", submission: submissionOf(earlier) };
      const epoch = epochOf.get(s.epoch);
      if (epoch === undefined)
        throw new RangeError(`epoch ${s.epoch} takes no submission before its commitment`);
      const code = refusal(s, epoch);
      if (code !== null) return refused(code);
      record(s, epoch);
      return { kind: "admitted" };
    }),
  };
}
