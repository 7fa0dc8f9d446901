/** Every finding of an audit, and what it means; docs/audit.md has the same table. */
export const findingCodes = {
  // The sampling document.
  key_unknown: "none of the given keys has the id that the commitment names, so nothing vouches for it",
  commitment_forged: "the signature of the commitment does not verify",
  commitment_mismatch: "the revealed key and the policy are not what was committed to",
  commitment_changed: "a sampling document from earlier has another commitment",
  policy_unreadable: "the policy holds a rate that is not a fraction in 0..1; its draws cannot be recomputed",
  rate_below_floor: "a rate is below the floor of the policy",
  epoch_mismatch: "a line, a head or a document from earlier is of another epoch",
  // Signed heads.
  head_malformed: "a signed head has the wrong form",
  head_forged: "the signature of a head does not verify, or none of the given keys has its id",
  head_not_in_chain: "a head was signed that the log does not pass through: the log was rewritten after it",
  head_order: "the heads on record stand in another order than the log passes through them",
  head_unsigned: "the end of the log is not signed: no last head, or another",
  // The chain.
  line_malformed: "a line is not a JSON object of a known type, or a member has the wrong form",
  line_not_canonical: "a line is not the canonical JSON (RFC 8785) of the known members of its type",
  n_out_of_sequence: "a line does not have the next number: one is missing, repeated or moved",
  prev_mismatch: "a line does not name the hash of the line before it",
  hash_mismatch: "a line does not have the hash that it states",
  log_head_differs: "the log does not end with the hash on record",
  log_length_differs: "the number of lines in the log is not the one on record",
  // Draws.
  row_malformed: "a row of draws is not `{index} {job id} {class} {0 or 1}`, or its index names no hotkey",
  lane_unknown: "the policy has no such lane; work of it must be verified in full",
  class_unknown: "the class of a draw does not exist",
  class_not_applied: "the lane's own rate is as high as the class's, so the class cannot have decided",
  draw_differs: "the draw is not what the revealed key and the policy give: x, rate or decision",
  draw_repeated:
    "the same work was drawn twice at once: in one line, before its verdict, or under one receipt",
  // Verdicts.
  verdict_missing: "work was sampled, or a submission taken, and no verdict follows",
  verdict_before_draw: "a verdict stands before the draw of its work",
  verdict_without_draw: "a verdict on a job that was not sampled, or on a submission that was not drawn",
  verdict_repeated: "a second verdict on work that already had one",
  verdict_differs: "a verdict names another hotkey, lane or work than the draw",
  verdict_inconsistent: "the members of a verdict contradict each other",
  sample_unverified: "sampled work was accepted without a check",
  verified_unsampled: "a verdict says that a check decided, though the draw says that none was due",
  samples_untracked:
    "more samples waited for a verdict than an audit can follow; findings about verdicts may be wrong",
  // Answers that were to be checked again.
  recheck_not_found: "there is no rejected verdict, or no strike, with that work to check again",
  recheck_differs: "the strike states another draw, verdict or answer than the log",
  recheck_refuted: "the check, done again, has another result than the strike states",
  recheck_impossible: "the answer cannot be checked again: it is not stored, or its circuit was not given",
} as const;

export type FindingCode = keyof typeof findingCodes;

/** Where a finding is. `n` counts the lines of the log from 0. */
export interface Where {
  readonly n?: number;
  readonly work_id?: string;
  readonly hotkey?: string;
}

export interface AuditFinding extends Where {
  readonly code: FindingCode;
  readonly detail: string;
}

/** Enough to read; the rest is only counted. */
const KEPT = 1000;
/** A text in a log can be as long as its line. */
const TEXT_MAX = 200;

const short = (text: string): string => (text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}...` : text);

/** What was found, in order: the first 1,000 are kept, all are counted. */
export class Findings {
  readonly kept: AuditFinding[] = [];
  total = 0;

  add(code: FindingCode, detail: string, { n, work_id, hotkey }: Where = {}): void {
    this.total++;
    if (this.kept.length >= KEPT) return;
    this.kept.push({
      code,
      ...(n === undefined ? {} : { n }),
      ...(work_id === undefined ? {} : { work_id: short(work_id) }),
      ...(hotkey === undefined ? {} : { hotkey: short(hotkey) }),
      detail: short(detail),
    });
  }
}
