import {
  type AlertEvent,
  type AlertMute,
  type AlertRecord,
  type AlertRule,
  type AlertTold,
  isAlertRule,
} from "../../core/alert.ts";
import type { ProcessReport, ProcessStart } from "../../flow/alertStore.ts";
import { integer, json, oneOf, type Row, real, text } from "./rows.ts";

const members = ["state", "text", "since", "count", "firedAt", "resolvedAt"] as const;
const happened = ["firing", "resolved", "muted", "unmuted"] as const;

function ruleOf(row: Row): AlertRule | null {
  const rule = text(row, "rule");
  return isAlertRule(rule) ? rule : null;
}

/** Null for a rule that only another version of the program knows. */
export function alertOf(row: Row): AlertRecord | null {
  const rule = ruleOf(row);
  return rule === null ? null : { ...json<AlertRecord>(row, "body", members), rule };
}

export function muteOf(row: Row): AlertMute | null {
  const rule = ruleOf(row);
  if (rule === null) return null;
  return { rule, until: real(row, "until"), at: real(row, "at"), reason: text(row, "reason") };
}

export function toldOf(row: Row): AlertTold | null {
  const rule = ruleOf(row);
  const state = oneOf(row, "state", ["firing", "resolved"]);
  return rule === null ? null : { sink: text(row, "sink"), rule, state, firedAt: real(row, "fired_at") };
}

export function eventOf(row: Row): AlertEvent | null {
  const rule = ruleOf(row);
  if (rule === null) return null;
  return { at: real(row, "at"), rule, what: oneOf(row, "what", happened), text: text(row, "detail") };
}

export function startOf(row: Row): ProcessStart {
  return { name: text(row, "name"), at: real(row, "at") };
}

export function reportOf(row: Row): ProcessReport {
  return {
    node: integer(row, "node"),
    name: text(row, "name"),
    at: real(row, "at"),
    body: text(row, "body"),
  };
}

export const known = <T>(values: readonly (T | null)[]): T[] => values.filter((value) => value !== null);
