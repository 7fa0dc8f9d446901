import type { AlertEvent, AlertRecord, AlertRule, Finding } from "../../core/alert.ts";

/** Null: nothing is wrong. Unknown: the facts do not tell, and everything stays as it is. */
export type Look = Finding | null | "unknown";

export interface Step {
  /** Null where there is nothing to remember. */
  readonly record: AlertRecord | null;
  readonly event: AlertEvent | null;
}

const found = ({ text, value, threshold }: Finding): Finding => ({ text, value, threshold });

function begun(rule: AlertRule, before: AlertRecord | null, finding: Finding, now: number): AlertRecord {
  const { firedAt = null, resolvedAt = null } = before ?? {};
  return { rule, state: "pending", since: now, count: 0, firedAt, resolvedAt, ...found(finding) };
}

function worse(before: AlertRecord, finding: Finding, now: number, evaluations: number): Step {
  const { rule, count } = before;
  if (before.state === "firing") return { record: { ...before, ...found(finding), count: 0 }, event: null };
  const record = { ...before, ...found(finding), count: count + 1 };
  if (record.count < evaluations) return { record, event: null };
  return {
    record: { ...record, state: "firing", count: 0, firedAt: now, resolvedAt: null },
    event: { at: now, rule, what: "firing", text: finding.text },
  };
}

function better(before: AlertRecord, now: number, evaluations: number): Step {
  const { rule, state, firedAt, count } = before;
  if (state === "resolved") return { record: before, event: null };
  // It did not last; an alert before it is still the last one.
  if (state === "pending")
    return { record: firedAt === null ? null : { ...before, state: "resolved", count: 0 }, event: null };
  if (count + 1 < evaluations) return { record: { ...before, count: count + 1 }, event: null };
  return {
    record: { ...before, state: "resolved", count: 0, resolvedAt: now },
    event: { at: now, rule, what: "resolved", text: before.text },
  };
}

/**
 * One evaluation of a rule. What is found in `evaluations` of them in a row fires; what is then not found in as many in a row is
 * resolved, so that a condition that comes and goes makes one alert.
 */
export function step(
  rule: AlertRule,
  before: AlertRecord | null,
  look: Look,
  { now, evaluations }: { readonly now: number; readonly evaluations: number },
): Step {
  if (look === "unknown") return { record: before, event: null };
  if (look === null)
    return before === null ? { record: null, event: null } : better(before, now, evaluations);
  const open = before === null || before.state === "resolved" ? begun(rule, before, look, now) : before;
  return worse(open, look, now, evaluations);
}
