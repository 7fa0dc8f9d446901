import { readSampling, readSeen } from "../../src/audit/log/document.ts";
import { LogAudit } from "../../src/audit/log/logAudit.ts";
import { type AuditReport, type KeyTrust, reportOf } from "../../src/audit/log/report.ts";
import { type LogChunks, type RunModules, runAudit } from "../../src/audit/log/run.ts";
import { type AuditLimits, auditLimits } from "../../src/audit/log/samples.ts";
import type { Subtle } from "./ed25519.ts";
import { pageHashes as hashes } from "./hashes.ts";
import { answeredKeys } from "./keys.ts";

export interface LogAuditRequest {
  /** As `/v1/sampling/{epoch}` serves it. */
  readonly sampling: unknown;
  /** 32 bytes each, base64url. */
  readonly keys: readonly string[];
  readonly trust: KeyTrust;
  /** Sampling documents of the epoch that were kept from earlier. */
  readonly seen: readonly unknown[];
}

export interface LogAuditModules extends RunModules {
  readonly subtle: Subtle | undefined;
  readonly limits?: AuditLimits;
}

/** What was not checked is never clean. */
const said = (unchecked: string | null): string | null =>
  unchecked === null ? null : `no signature was checked: ${unchecked}`;

/** Tables of an audit that reads no line. */
const noLines = { open: 1, early: 1, ended: 1, drawn: 1 };

/** Audits a log as the command does. Throws `failed` and `epoch_open`. */
export async function auditLog(
  { sampling, keys, trust, seen: earlier }: LogAuditRequest,
  open: () => Promise<LogChunks>,
  modules: LogAuditModules,
): Promise<AuditReport> {
  const record = readSampling(sampling, "The answer of /v1/sampling");
  const seen = earlier.map((document) => readSeen(document, "The document kept from earlier"));
  const { keys: known, unchecked } = await answeredKeys(modules.subtle, keys, (asked) => {
    new LogAudit(record, { keys: asked, hashes }, { seen, limits: noLines });
  });
  const audit = new LogAudit(
    record,
    { keys: known, hashes },
    { seen, limits: modules.limits ?? auditLimits },
  );
  const partial = (await runAudit(audit, await open(), modules)) ?? said(unchecked);
  return reportOf({ record, keys: known, trust }, audit, partial, []);
}
