import { clopperPearson } from "../../economics/intervals.ts";
import type { ClosedEpoch } from "./document.ts";
import type { DrawTally } from "./drawTallies.ts";
import type { AuditFinding } from "./findings.ts";
import type { LogAudit } from "./logAudit.ts";
import type { PublicKeys } from "./platform.ts";

/** Draws of one lane and class; the 95 % interval from `low` to `high` holds the rate that they were drawn with. */
export interface DrawReport {
  readonly rate: string;
  readonly drawn: number;
  readonly sampled: number;
  readonly realised: number;
  readonly low: number;
  readonly high: number;
}

/** The result for one answer that was checked again. */
export interface Recheck {
  readonly work_id: string;
  readonly hotkey: string | null;
  /** `confirmed`: the strike agrees with the log, and the repeated check gives the same result. */
  readonly outcome: "confirmed" | "refuted" | "unchecked";
  /** Of the repeated check, or of the log where there was none. */
  readonly code: string | null;
}

export type KeyTrust = "given" | "validator";

/** What `assay audit --json` prints. */
export interface AuditReport {
  readonly epoch: number;
  /** `partial`: the log was not read to its end. */
  readonly verdict: "clean" | "findings" | "partial";
  /** Why it is partial. */
  readonly partial: string | null;
  readonly lines: number;
  /** Draws: rows and single ones. */
  readonly rows: number;
  /** By lane and class. */
  readonly draws: Readonly<Record<string, Readonly<Record<string, DrawReport>>>>;
  readonly sampled: number;
  /** Of the sampled: decided by a check. */
  readonly verified: number;
  /** Of the sampled: ended void. */
  readonly voided: number;
  /** Draws of a job at a hotkey that an earlier line already had. */
  readonly repeated: number;
  /** Unix ms, as the validator signed it. */
  readonly committed_at: number;
  readonly key_id: string;
  /** Whose word the keys are: that of who ran the audit, or only that of the audited validator. */
  readonly keys: { readonly from: KeyTrust; readonly key_ids: readonly string[] };
  /** Heads that the validator signed. */
  readonly heads: number;
  readonly rechecked: readonly Recheck[];
  /** The first 1,000. */
  readonly findings: readonly AuditFinding[];
  readonly findings_total: number;
}

function drawReport({ rate, drawn, sampled }: DrawTally): DrawReport {
  return { rate, drawn, sampled, realised: sampled / drawn, ...clopperPearson(sampled, drawn) };
}

function mapped<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

/** `partial`: why the log was not read to its end, or null. */
export function reportOf(
  { record, keys, trust }: { record: ClosedEpoch; keys: PublicKeys; trust: KeyTrust },
  audit: LogAudit,
  partial: string | null,
  rechecked: readonly Recheck[],
): AuditReport {
  const { kept: findings, total: findings_total } = audit.findings;
  const { draws, ...counts } = audit.counts();
  const complete = findings_total === 0 ? "clean" : "findings";
  return {
    epoch: record.epoch,
    verdict: partial === null ? complete : "partial",
    partial,
    ...counts,
    draws: mapped(draws, (classes) => mapped(classes, drawReport)),
    committed_at: record.committed_at,
    key_id: record.key_id,
    keys: { from: trust, key_ids: [...keys.keys()] },
    heads: record.heads.length,
    rechecked,
    findings,
    findings_total,
  };
}
