import { readSampling } from "../../../src/audit/log/document.ts";
import type { AuditFinding, FindingCode } from "../../../src/audit/log/findings.ts";
import { LineSplitter } from "../../../src/audit/log/lineSplitter.ts";
import { LogAudit, type LogAuditOptions } from "../../../src/audit/log/logAudit.ts";
import { auditLimits } from "../../../src/audit/log/samples.ts";
import { nodeHashes } from "../../../src/audit/nodeHashes.ts";
import { keys } from "./world.ts";

export interface Audited {
  readonly audit: LogAudit;
  readonly findings: readonly AuditFinding[];
  /** Codes of the findings, each once, sorted. */
  readonly codes: readonly FindingCode[];
}

/** Small tables: tests make thousands of audits. */
export const smallLimits = { ...auditLimits, ended: 64, drawn: 64 };

/** Audits the bytes of a log against a sampling document. */
export function auditBytes(sampling: unknown, log: Uint8Array, options: LogAuditOptions = {}): Audited {
  const audit = new LogAudit(
    readSampling(sampling, "test"),
    { keys, hashes: nodeHashes },
    { limits: smallLimits, ...options },
  );
  const splitter = new LineSplitter(audit);
  splitter.push(Buffer.from(log));
  splitter.end();
  audit.end();
  const findings = audit.findings.kept;
  return { audit, findings, codes: [...new Set(findings.map(({ code }) => code))].sort() };
}

export function auditLinesOf(
  sampling: unknown,
  lines: readonly string[],
  options?: LogAuditOptions,
): Audited {
  return auditBytes(sampling, Buffer.from(lines.map((line) => `${line}\n`).join("")), options);
}
