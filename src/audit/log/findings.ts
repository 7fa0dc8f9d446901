/** Every finding of an audit, and what it means; docs/audit.md has the same table. */
export const findingCodes = {
  // The sampling document.
  key_unknown:
    "none of the given keys has the id that the commitment names, so its signature cannot be checked",
  commitment_forged: "the signature of the commitment does not verify",
  commitment_mismatch: "the revealed key and the policy are not what was committed to",
  commitment_changed: "a sampling document saved earlier has another commitment",
  policy_unreadable: "the policy holds a rate that is not a fraction in 0..1; its draws cannot be recomputed",
  rate_below_floor: "a rate is below the floor of the policy",
  epoch_mismatch: "a line, a head or a document saved earlier is of another epoch",
  // Signed heads.
  head_malformed: "a signed head has the wrong form",
  head_forged: "the signature of a head does not verify, or none of the given keys has its id",
  head_not_in_chain: "the log has no line with the hash of a signed head: it was rewritten after that head",
  head_order: "the published heads are in another order than their lines in the log",
  head_unsigned: "the end of the log is not signed: the last head is missing, or is of another line",
  // The chain.
  line_malformed: "a line is not a JSON object of a known type, or a member has the wrong form",
  line_not_canonical: "a line is not the canonical JSON (RFC 8785) of the known members of its type",
  n_out_of_sequence: "a line does not have the next number: a line is missing, repeated or moved",
  prev_mismatch: "a line does not name the hash of the line before it",
  hash_mismatch: "a line does not have the hash that it states",
  log_head_differs: "the log does not end with the hash that the sampling document states",
  log_length_differs: "the number of lines in the log is not the one that the sampling document states",
  // Draws.
  row_malformed: "a row of draws is not `{index} {job id} {class} {0 or 1}`, or its index names no hotkey",
  lane_unknown: "the policy has no such lane; all work of such a lane must be verified",
  class_unknown: "the class of a draw does not exist",
  class_not_applied:
    "the lane's own rate is at least as high as that of the class, so the class cannot have decided",
  draw_differs: "the draw is not what the revealed key and the policy give: x, rate or decision",
  draw_repeated:
    "the same work was drawn again: in the same line, before its verdict, or under the same receipt",
  // Verdicts.
  verdict_missing: "work was sampled, or a submission was admitted, and no verdict follows",
  verdict_before_draw: "a verdict comes before the draw of its work",
  verdict_without_draw:
    "there is a verdict on a job that was not sampled, or on a submission that was not drawn",
  verdict_repeated: "there is a second verdict on work that already has one",
  verdict_differs: "a verdict names another hotkey, lane or work than the draw",
  verdict_inconsistent: "the members of a verdict contradict each other",
  sample_unverified: "sampled work was accepted without a check",
  verified_unsampled: "a verdict states a check, but the draw did not ask for one",
  samples_untracked:
    "more samples waited for a verdict than an audit can track; findings about verdicts may be wrong",
  // Answers that were to be checked again.
  recheck_not_found: "there is no rejected verdict, or no strike, for the work to check again",
  recheck_differs: "the strike states another draw, verdict or answer than the log",
  recheck_refuted: "the repeated check has another result than the strike states",
  recheck_impossible:
    "the answer cannot be checked again: it is not stored, or the key of its circuit is not known",
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
