import type { AuditReport } from "../../src/audit/log/report.ts";

/** The document that `assay audit --json` prints. */
export type PageReport = AuditReport;

/** What a page asks of the worker: one audit per worker. */
export interface AuditOrder {
  /** Where the validator's API begins, with a slash at its end. */
  readonly base: string;
  readonly epoch: number;
  /** A publishing key from another source, as it was typed; null: those that the validator serves. */
  readonly key: string | null;
  /** Sampling documents of the epoch that were kept from earlier. */
  readonly seen: readonly unknown[];
}

export type ToWorker = { readonly kind: "start"; readonly order: AuditOrder } | { readonly kind: "cancel" };

/** How far an audit is. */
export interface AuditProgress {
  readonly lines: number;
  /** That the log has, as the validator states. */
  readonly lines_total: number;
  readonly draws: number;
  readonly findings: number;
  readonly bytes: number;
  readonly ms: number;
}

export type FromWorker =
  | { readonly kind: "progress"; readonly progress: AuditProgress }
  | { readonly kind: "report"; readonly report: AuditReport; readonly progress: AuditProgress }
  /** Nothing could be audited. */
  | { readonly kind: "failed"; readonly code: string; readonly message: string };
