import type { SpendRefusal } from "../../../../flow/spend.ts";
import type { AdmitOutcome, NewSubmission, Submission } from "../../../../flow/submission.ts";
import { admitted as recordOf } from "../../../records/admitted.ts";
import { drawEntry } from "../../../records/lineOfSubmission.ts";
import { append } from "../lines.ts";
import { type Entry, type Ledger, workKey } from "./ledger.ts";

/** An admitted row is not sent back: the caller has all of it. */
export type AdmitReply = Exclude<AdmitOutcome, { kind: "admitted" }> | { readonly kind: "admitted" };
type RefusalCode = Exclude<Extract<AdmitReply, { kind: "refused" }>["code"], SpendRefusal["code"]>;

/** The rule of `Store.admit`. Throws RangeError before the epoch's commitment. */
export function admit(ledger: Ledger, given: NewSubmission): AdmitReply {
  const key = workKey(given);
  const known = ledger.answers.get(key) ?? [];
  const earlier = known.find(({ submission }) => isSame(submission, given));
  if (earlier !== undefined) return { kind: "replay", submission: earlier.submission };
  const end = ledger.ends.get(given.epoch);
  if (end === undefined)
    throw new RangeError(`epoch ${given.epoch} takes no submission before its commitment`);
  const code = end.closed ? "epoch_expired" : refusal(ledger, key, given, known);
  if (code !== null) return { kind: "refused", code };
  record(ledger, key, given, known);
  return { kind: "admitted" };
}

/** Of one lane and challenge, hotkey and answer are the idempotency key. */
function isSame(known: Submission, { hotkey, answerSha256 }: NewSubmission): boolean {
  return known.hotkey === hotkey && known.answerSha256 === answerSha256;
}

function refusal(
  { solved }: Ledger,
  key: string,
  { maxAttempts }: NewSubmission,
  known: readonly Entry[],
): RefusalCode | null {
  if (solved.has(key)) return "already_solved";
  if (known.filter(({ submission }) => submission.state !== "void").length < maxAttempts) return null;
  return maxAttempts === 1 ? "already_answered" : "attempts_exhausted";
}

function record(ledger: Ledger, key: string, given: NewSubmission, known: readonly Entry[]): void {
  const { ends, answers, pending, ids, changes } = ledger;
  const end = ends.get(given.epoch);
  const id = ids.shift();
  if (end === undefined || id === undefined)
    throw new Error("a group took fewer ids than it has submissions");
  ledger.lastId = id;
  const entry: Entry = {
    id,
    submission: submissionOf(given),
    solved: false,
    struck: false,
    heldBy: given.node ?? null,
  };
  answers.set(key, [...known, entry]);
  pending.set(given.receiptId, entry);
  changes.admitted.push({ id, drawN: end.length, given });
  changes.lines.push(append(end, drawEntry(given), id));
  const seen = changes.seen.get(given.hotkey);
  if (seen === undefined)
    changes.seen.set(given.hotkey, { first: given.block, last: given.block, submitted: 1 });
  else {
    seen.last = Math.max(seen.last, given.block);
    seen.submitted++;
  }
}

function submissionOf(given: NewSubmission): Submission {
  const { answer: _answer, draw: _draw, ...recorded } = recordOf(given);
  return recorded;
}
