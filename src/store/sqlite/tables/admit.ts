import type { DatabaseSync } from "node:sqlite";
import type { SpendRefusal } from "../../../flow/spend.ts";
import type { AdmitOutcome, NewSubmission } from "../../../flow/submission.ts";
import { drawEntry } from "../../records/lineOfSubmission.ts";
import { packChallenge, packHash, packReceipt, packX, unpack } from "../../records/packed.ts";
import { integer, type Row, text } from "../../records/rows.ts";
import { submissionOf } from "../../records/submission.ts";
import type { ChainLog } from "./chainLog.ts";
import { write } from "./operation.ts";
import type { Spent } from "./spent.ts";

/** An admitted row is not sent back: the caller has all of it. */
export type AdmitReply = Exclude<AdmitOutcome, { kind: "admitted" }> | { readonly kind: "admitted" };

type RefusalCode = Exclude<Extract<AdmitReply, { kind: "refused" }>["code"], SpendRefusal["code"]>;

const refused = (code: RefusalCode): AdmitReply => ({ kind: "refused", code });

/** Whether the row has the answer of this hotkey: of one lane and challenge, that is the idempotency key. */
function isSame(row: Row, { hotkey, answerSha256 }: NewSubmission): boolean {
  return text(row, "hotkey") === hotkey && unpack(row, "answer_sha256", "") === answerSha256;
}

export function admitOperations(db: DatabaseSync, log: ChainLog, spent: Spent) {
  const ofChallenge = db.prepare("SELECT * FROM submissions WHERE epoch = ? AND challenge = ? AND lane = ?");
  const epochOf = db.prepare("SELECT closed_at, log_head, log_length FROM epochs WHERE epoch = ?");
  const solved = db.prepare("SELECT 1 FROM solves WHERE epoch = ? AND challenge = ? AND lane = ?");
  const insert = db.prepare(`INSERT INTO submissions (receipt, epoch, challenge, lane, tier, seq, hotkey,
      answer_sha256, weight, received_at, block, draw_n, draw_class, rate, x, sampled, tries, state)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 'pending')`);
  const keepAnswer = db.prepare(
    "INSERT INTO answers (id, owner, claims, encoding, bytes) VALUES (?, ?, 0, ?, ?)",
  );
  const sight =
    db.prepare(`INSERT INTO miners (hotkey, first_seen, last_seen, submitted, accepted, rejected, void)
    VALUES (?, ?, ?, 1, 0, 0, 0)
    ON CONFLICT (hotkey) DO UPDATE SET last_seen = max(last_seen, excluded.last_seen), submitted = submitted + 1`);

  const refusal = (s: NewSubmission, epoch: Row, others: readonly Row[]): RefusalCode | null => {
    if (epoch.closed_at !== null) return "epoch_expired";
    if (solved.get(s.epoch, packChallenge(s.challengeId, s), s.lane) !== undefined) return "already_solved";
    if (others.filter(({ state }) => state !== "void").length < s.maxAttempts) return null;
    return s.maxAttempts === 1 ? "already_answered" : "attempts_exhausted";
  };

  const record = (s: NewSubmission, epoch: Row): void => {
    const end = { epoch: s.epoch, head: text(epoch, "log_head"), length: integer(epoch, "log_length") };
    const { answer, draw } = s;
    const work = [packReceipt(s.receiptId), s.epoch, packChallenge(s.challengeId, s), s.lane] as const;
    const whose = [
      s.tier,
      s.seq,
      s.hotkey,
      packHash(s.answerSha256),
      s.weight,
      s.receivedAt,
      s.block,
    ] as const;
    const drawn = [end.length, draw.class, draw.rate, packX(draw.x), draw.sampled ? 1 : 0] as const;
    const id = Number(insert.run(...work, ...whose, ...drawn).lastInsertRowid);
    keepAnswer.run(id, s.node ?? 0, answer.encoding, answer.bytes);
    log.append(end, drawEntry(s), id);
    sight.run(s.hotkey, s.block, s.block);
  };

  return {
    admit: write((s: NewSubmission): AdmitReply => {
      const taken = s.spend === undefined ? null : spent.take(s.spend);
      if (taken?.kind === "refused") return taken;
      const known = ofChallenge.all(s.epoch, packChallenge(s.challengeId, s), s.lane);
      const earlier = known.find((row) => isSame(row, s));
      if (earlier !== undefined) return { kind: "replay", submission: submissionOf(earlier) };
      const epoch = epochOf.get(s.epoch);
      if (epoch === undefined)
        throw new RangeError(`epoch ${s.epoch} takes no submission before its commitment`);
      const code = refusal(s, epoch, known);
      if (code !== null) return refused(code);
      record(s, epoch);
      return { kind: "admitted" };
    }),
  };
}
