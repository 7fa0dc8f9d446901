import type { Draw } from "../flow/draw.ts";
import type { Evidence } from "../flow/strike.ts";
import type { InvalidCode } from "../flow/verdict.ts";

/** The facts about an answered submission or job that judge reads. */
export interface Judged {
  readonly hotkey: string;
  readonly lane: string;
  /** Null for a job. */
  readonly receiptId: string | null;
  readonly answerSha256: string;
  readonly draw: Draw;
  /** Of a job: its input and its answer. */
  readonly exhibit?: NonNullable<Evidence["exhibit"]>;
}

/** The same with when the work was handed out or the answer received: the block, and Unix ms. */
export interface Dated extends Judged {
  readonly block: number;
  readonly startedAt: number;
}

/** The evidence that a strike stores. `rule`: the rule and its numbers in words. */
export function strikeEvidence(judged: Judged, code: InvalidCode, rule: string): Evidence {
  const { lane, receiptId, answerSha256, draw, exhibit } = judged;
  return {
    work_id: draw.work_id,
    receipt_id: receiptId,
    answer_sha256: answerSha256,
    draw,
    verdict: { outcome: "invalid", code },
    checker: `${lane}/1`,
    rule,
    ...(exhibit === undefined ? {} : { exhibit }),
  };
}
