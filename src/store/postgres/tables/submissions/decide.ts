import type { Decision, Submission } from "../../../../flow/submission.ts";
import { verdictEntry } from "../../../records/lineOfSubmission.ts";
import { append } from "../lines.ts";
import { type Entry, type Ledger, workKey } from "./ledger.ts";

type End = Pick<Decision, "state" | "code">;

/** The rule of `Store.decide`. */
export function decide(ledger: Ledger, decision: Decision): Submission | null {
  const entry = ledger.pending.get(decision.receiptId);
  const end = entry === undefined ? undefined : ledger.ends.get(entry.submission.epoch);
  if (entry === undefined || end === undefined) return null;
  if (decision.node !== undefined && entry.heldBy !== decision.node) return null;
  const before = entry.submission;
  const { state, code } = settle(ledger, entry, decision);
  const { verified, at } = decision;
  const { changes } = ledger;
  changes.ended.push({ id: entry.id, epoch: before.epoch, state, code, verified, at });
  changes.lines.push(append(end, verdictEntry(before, { state, code, verified }), entry.id));
  count(ledger, before.hotkey, state);
  entry.submission = { ...before, state, code, decidedAt: at };
  ledger.pending.delete(decision.receiptId);
  punish(ledger, before.hotkey, decision);
  return entry.submission;
}

/** Pays an accepted answer, unless another of the challenge was paid or the hotkey was struck. */
function settle(ledger: Ledger, entry: Entry, decision: Decision): End {
  if (decision.state !== "accepted") return decision;
  const { submission } = entry;
  if (!decision.verified && struckSince(ledger, entry)) return { state: "void", code: "suspended" };
  const key = workKey(submission);
  if (entry.solved || ledger.solved.has(key)) return { state: "void", code: "already_solved" };
  ledger.solved.add(key);
  ledger.changes.paid.push({ submission, verified: decision.verified, forfeited: false });
  return { state: "accepted", code: null };
}

/** Whether the hotkey was struck after the submission arrived; within one millisecond the order of recording decides. */
function struckSince({ changes }: Ledger, { id, struck, submission }: Entry): boolean {
  const { hotkey, receivedAt } = submission;
  return (
    struck ||
    changes.consequences.some(
      (one) =>
        "strike" in one &&
        one.strike.hotkey === hotkey &&
        (one.strike.at > receivedAt || (one.strike.at === receivedAt && one.afterId >= id)),
    )
  );
}

function count({ changes: { counts } }: Ledger, hotkey: string, state: Decision["state"]): void {
  const before = counts.get(hotkey) ?? { submitted: 0, accepted: 0, rejected: 0, void: 0 };
  counts.set(hotkey, { ...before, [state]: before[state] + 1 });
}

function punish({ changes, lastId }: Ledger, hotkey: string, { strike, forfeits }: Decision): void {
  if (strike !== null) changes.consequences.push({ strike, afterId: lastId });
  else if (forfeits) changes.consequences.push({ forfeits: hotkey });
  else return;
  const loser = strike?.hotkey ?? hotkey;
  for (const pay of changes.paid) {
    if (pay.submission.hotkey === loser && !pay.verified) pay.forfeited = true;
  }
}
