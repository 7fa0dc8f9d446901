import type { DatabaseSync } from "node:sqlite";
import type { Decision, Submission } from "../../../flow/submission.ts";
import { verdictEntry } from "../../records/lineOfSubmission.ts";
import { packChallenge, packReceipt } from "../../records/packed.ts";
import { integer } from "../../records/rows.ts";
import { submissionOf } from "../../records/submission.ts";
import type { ChainLog } from "./chainLog.ts";
import { LivingNodes } from "./nodes.ts";
import { write } from "./operation.ts";
import { strikeWriter } from "./strike.ts";

type End = Pick<Decision, "state" | "code">;

export function decideOperations(db: DatabaseSync, log: ChainLog, now: () => number) {
  const find = db.prepare("SELECT * FROM submissions WHERE receipt = ? AND state = 'pending'");
  const pay = db.prepare(`INSERT INTO solves (epoch, challenge, lane, hotkey, weight, received_at, verified,
      forfeited) VALUES (?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING`);
  const end = db.prepare(
    "UPDATE submissions SET state = ?, code = ?, verified = ?, decided_at = ? WHERE id = ?",
  );
  // Whatever the end: the answer is no longer needed, and its hash stays.
  const dropAnswer = db.prepare("DELETE FROM answers WHERE id = ?");
  const counts = {
    accepted: db.prepare("UPDATE miners SET accepted = accepted + 1 WHERE hotkey = ?"),
    rejected: db.prepare("UPDATE miners SET rejected = rejected + 1 WHERE hotkey = ?"),
    void: db.prepare("UPDATE miners SET void = void + 1 WHERE hotkey = ?"),
  };
  const strikes = strikeWriter(db, now);
  const living = new LivingNodes(db, now);
  const owned = db.prepare("SELECT 1 FROM answers WHERE id = ? AND owner = ?");

  /** Whether the row is the node's, which lives; without a node nobody asks. */
  const mayEnd = (id: number, node: number | undefined): boolean =>
    node === undefined || (owned.get(id, node) !== undefined && living.has(node));

  /** Pays an accepted answer, unless another of the challenge was paid or the hotkey was struck. */
  const settle = (s: Submission, id: number, decision: Decision): End => {
    if (decision.state !== "accepted") return decision;
    if (!decision.verified && strikes.struckSince(s.hotkey, s.receivedAt, id)) {
      return { state: "void", code: "suspended" };
    }
    const { lane, hotkey, epoch, weight, receivedAt } = s;
    const verified = decision.verified ? 1 : 0;
    const challenge = packChallenge(s.challengeId, s);
    const paid = pay.run(epoch, challenge, lane, hotkey, weight, receivedAt, verified);
    return paid.changes === 0 ? { state: "void", code: "already_solved" } : { state: "accepted", code: null };
  };

  return {
    decide: write((decision: Decision): Submission | null => {
      const row = find.get(packReceipt(decision.receiptId));
      if (row === undefined) return null;
      const before = submissionOf(row);
      const id = integer(row, "id");
      if (!mayEnd(id, decision.node)) return null;
      const { state, code } = settle(before, id, decision);
      const { verified } = decision;
      end.run(state, code, verified ? 1 : 0, decision.at, id);
      dropAnswer.run(id);
      log.append(log.endOf(before.epoch), verdictEntry(before, { state, code, verified }), id);
      counts[state].run(before.hotkey);
      if (decision.strike !== null) strikes.record(decision.strike);
      else if (decision.forfeits) strikes.forfeit(before.hotkey);
      return { ...before, state, code, decidedAt: decision.at };
    }),
  };
}
