import type { AuditLine } from "./line.ts";

export type VerdictLine = Extract<AuditLine, { readonly type: "verdict" }>;
export type DrawLine = Extract<AuditLine, { readonly type: "draw" }>;
export type GroupLine = Extract<AuditLine, { readonly type: "draws" }>;

/** What is drawn; `class` as it is stated. */
export interface Drawn {
  readonly epoch: number;
  readonly lane: string;
  readonly hotkey: string;
  readonly workId: string;
  readonly class: string;
}

/** What is wrong with a verdict by itself, or null. */
export function contradiction(verdict: VerdictLine): string | null {
  const { state, verified, code, receipt_id, answer_sha256 } = verdict;
  if ((state === "accepted") !== (code === null)) return `${state} with the code ${code}`;
  if (state === "rejected" && !verified) return "rejected without a check";
  if (receipt_id === null && state !== "void" && answer_sha256 === null) return `${state} without an answer`;
  return null;
}
