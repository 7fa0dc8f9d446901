import { keysInJwks } from "../../src/audit/log/jwks.ts";
import type { LogAudit } from "../../src/audit/log/logAudit.ts";
import type { AuditReport, KeyTrust } from "../../src/audit/log/report.ts";
import { AssayError, causeText } from "../../src/core/problems/assayError.ts";
import { auditLog, type LogAuditModules } from "./auditLog.ts";
import { keysInText } from "./keys.ts";
import type { AuditOrder, AuditProgress, FromWorker } from "./messages.ts";
import { type Fetch, servedBytes, servedDocument } from "./served.ts";

/** Progress is told four times a second: more is not seen. */
const PROGRESS_MS = 250;

export interface PageAuditModules extends Pick<LogAuditModules, "clock" | "signal" | "subtle"> {
  readonly get: Fetch;
  readonly tell: (message: FromWorker) => void;
}

interface Keys {
  readonly trust: KeyTrust;
  readonly keys: readonly string[];
}

async function keysFor({ base, key }: AuditOrder, { get, signal }: PageAuditModules): Promise<Keys> {
  if (key !== null) return { trust: "given", keys: keysInText(key) };
  const url = `${base}v1/keys`;
  const document = await servedDocument(get, url, signal);
  try {
    return { trust: "validator", keys: keysInJwks(document) };
  } catch (error) {
    throw new AssayError({ code: "failed", message: `${url}: ${causeText(error)}` });
  }
}

function checkEpoch(document: unknown, epoch: number): void {
  const { epoch: answered } = Object(document) as { readonly epoch?: unknown };
  if (answered === epoch) return;
  throw new AssayError({
    code: "failed",
    message: `the validator answered with epoch ${String(answered)} instead of epoch ${epoch}`,
  });
}

/** Audits an epoch as the command does with `--url`, and tells how far it is. */
async function audited(
  order: AuditOrder,
  modules: PageAuditModules,
): Promise<{ readonly report: AuditReport; readonly progress: AuditProgress }> {
  const { get, signal, clock, subtle, tell } = modules;
  const began = clock.monotonicMs();
  const sampling = await servedDocument(get, `${order.base}v1/sampling/${order.epoch}`, signal);
  checkEpoch(sampling, order.epoch);
  const { log_length = 0 } = sampling as { readonly log_length?: number };
  let bytes = 0;
  const far = (lines: number, draws: number, findings: number): AuditProgress => ({
    ...{ lines, lines_total: log_length, draws, findings, bytes },
    ms: clock.monotonicMs() - began,
  });
  const progress = (audit: LogAudit): void => {
    const { lines, rows } = audit.counts();
    tell({ kind: "progress", progress: far(lines, rows, audit.findings.total) });
  };
  const open = () =>
    servedBytes(get, `${order.base}v1/audit/${order.epoch}`, signal, (count) => {
      bytes += count;
    });
  const { trust, keys } = await keysFor(order, modules);
  const request = { sampling, keys, trust, seen: order.seen };
  const report = await auditLog(request, open, { clock, signal, subtle, progress, everyMs: PROGRESS_MS });
  return { report, progress: far(report.lines, report.rows, report.findings_total) };
}

/** Audits an epoch, and tells its progress and its one end: the report, or why there is none. */
export async function runOrder(order: AuditOrder, modules: PageAuditModules): Promise<void> {
  try {
    modules.tell({ kind: "report", ...(await audited(order, modules)) });
  } catch (error) {
    const code = error instanceof AssayError ? error.code : "failed";
    modules.tell({ kind: "failed", code, message: causeText(error) });
  }
}
