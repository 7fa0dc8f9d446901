/** Every rule by its name, which is also the anchor of its section in docs/runbook.md. */
export const alertRules = [
  "weights_late",
  "weights_missed",
  "weights_stopped",
  "chain_stale",
  "endpoints_disagree",
  "sampling_rate",
  "canary_undetected",
  "verification_backlog",
  "refusals",
  "store_slow",
  "store_full_soon",
  "store_failing",
  "clock_drift",
  "schema_version",
  "restarts",
  "unreachable_presumed_ours",
] as const;
export type AlertRule = (typeof alertRules)[number];

export function isAlertRule(text: string): text is AlertRule {
  return alertRules.some((rule) => rule === text);
}

export type Severity = "warning" | "critical";

/** What a rule found, for an operator: `value` is what `threshold` bounds, where the rule has numbers. */
export interface Finding {
  readonly text: string;
  readonly value: number | null;
  readonly threshold: number | null;
}

/** A rule that found something. Times in Unix ms. */
export interface AlertRecord extends Finding {
  readonly rule: AlertRule;
  readonly state: "pending" | "firing" | "resolved";
  /** When the present state of affairs began: of a resolved alert, what it resolved. */
  readonly since: number;
  /** Evaluations in a row that spoke for a change: of a pending alert for firing, of a firing one for its end. */
  readonly count: number;
  /** Of the last time that it fired, which a pending alert may not have done yet. */
  readonly firedAt: number | null;
  readonly resolvedAt: number | null;
}

export interface AlertMute {
  readonly rule: AlertRule;
  /** Unix ms. */
  readonly until: number;
  readonly at: number;
  readonly reason: string;
}

/** What happened to a rule's alert. */
export interface AlertEvent {
  readonly at: number;
  readonly rule: AlertRule;
  readonly what: "firing" | "resolved" | "muted" | "unmuted";
  readonly text: string;
}

/** The last that a sink was told of a rule; `firedAt` names the time that it fired. */
export interface AlertTold {
  readonly sink: string;
  readonly rule: AlertRule;
  readonly state: "firing" | "resolved";
  readonly firedAt: number;
}
