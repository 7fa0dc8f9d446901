import type { DatabaseSync } from "node:sqlite";
import type { Decision, Submission } from "../../../flow/submission.ts";
import type { ChainLog } from "./chainLog.ts";
import { write } from "./operation.ts";
import { integer } from "./rows.ts";
import { strikeWriter } from "./strike.ts";
import { submissionOf } from "./submissions.ts";

type End = Pick<Decision, "state" | "code">;

export function decideOperations(db: DatabaseSync, log: ChainLog) {
  const find = db.prepare("SELECT * FROM submissions WHERE receipt_id = ? AND state = 'pending'");
  const pay =
    db.prepare(`INSERT INTO solves (lane, challenge_id, hotkey, epoch, weight, received_at, verified,
      forfeited) VALUES (?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING`);
  // An accepted answer is no longer needed; its hash stays.
  const end = db.prepare(`UPDATE submissions SET state = ?, code = ?, decided_at = ?,
      answer = CASE ? WHEN 'accepted' THEN NULL ELSE answer END WHERE id = ?`);
  const counts = {
    accepted: db.prepare("UPDATE miners SET accepted = accepted + 1 WHERE hotkey = ?"),
    rejected: db.prepare("UPDATE miners SET rejected = rejected + 1 WHERE hotkey = ?"),
    void: db.prepare("UPDATE miners SET void = void + 1 WHERE hotkey = ?"),
  };
  const strikes = strikeWriter(db);

  /** Pays an accepted answer, unless another of the challenge was paid or the hotkey was struck. */
  const settle = (s: Submission, id: number, decision: Decision): End => {
    if (decision.state !== "accepted") return decision;
    if (!decision.verified && strikes.struckSince(s.hotkey, s.receivedAt, id)) {
      return { state: "void", code: "suspended" };
    }
    const { lane, challengeId, hotkey, epoch, weight, receivedAt } = s;
    const paid = pay.run(lane, challengeId, hotkey, epoch, weight, receivedAt, decision.verified ? 1 : 0);
    return paid.changes === 0 ? { state: "void", code: "already_solved" } : { state: "accepted", code: null };
  };

  const logVerdict = (s: Submission, { state, code }: End, verified: boolean): void => {
    log.append(log.endOf(s.epoch), {
      type: "verdict",
      epoch: s.epoch,
      lane: s.lane,
      hotkey: s.hotkey,
      work_id: s.challengeId,
      receipt_id: s.receiptId,
      state,
      verified,
      code,
    });
  };

  return {
    decide: write((decision: Decision): Submission | null => {
      const row = find.get(decision.receiptId);
      if (row === undefined) return null;
      const before = submissionOf(row);
      const id = integer(row, "id");
      const { state, code } = settle(before, id, decision);
      end.run(state, code, decision.at, state, id);
      logVerdict(before, { state, code }, decision.verified);
      counts[state].run(before.hotkey);
      if (decision.strike !== null) strikes.record(decision.strike);
      else if (decision.forfeits) strikes.forfeit(before.hotkey);
      return { ...before, state, code, decidedAt: decision.at };
    }),
  };
}
