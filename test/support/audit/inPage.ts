import { readSampling } from "../../../src/audit/log/document.ts";
import type { LogAudit, LogAuditOptions } from "../../../src/audit/log/logAudit.ts";
import { type AuditReport, reportOf } from "../../../src/audit/log/report.ts";
import { auditLog, type LogAuditModules } from "../../../web/audit/auditLog.ts";
import { smallLimits } from "./audited.ts";
import { keys, signer } from "./world.ts";

/** Of the same findings in the same number, runs that are played again. */
const ALIKE = 3;

/** An audit that the command's rules made with Node's hashes. */
export interface NotedRun {
  readonly document: unknown;
  readonly lines: readonly string[];
  readonly options: LogAuditOptions | undefined;
  readonly audit: LogAudit;
}

/** One audit, made both ways. */
export interface ComparedRun {
  readonly told: string;
  readonly command: AuditReport;
  readonly page: AuditReport;
}

/** What a page hands to an audit; under Node, with Node's WebCrypto. */
export const pageModules: LogAuditModules = {
  ...{ clock: { monotonicMs: () => 0 }, signal: new AbortController().signal },
  ...{ progress: () => undefined, everyMs: 250, subtle: crypto.subtle },
};

/** The log in chunks that end anywhere. */
export async function* chunksOf(lines: readonly string[], size = 997): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

/** Keeps audits of every kind, and makes them again as a page makes them. */
export class NotedRuns {
  readonly #kept: NotedRun[] = [];
  readonly #alike = new Map<string, number>();

  note(run: NotedRun): void {
    const codes = run.audit.findings.kept.map(({ code }) => code);
    const kind = [...new Set(codes)].sort().join();
    const before = this.#alike.get(kind) ?? 0;
    this.#alike.set(kind, before + 1);
    if (before < ALIKE) this.#kept.push(run);
  }

  async compared(): Promise<ComparedRun[]> {
    const done: ComparedRun[] = [];
    for (const run of this.#kept) done.push(await compared(run));
    return done;
  }
}

async function compared({ document, lines, options, audit }: NotedRun): Promise<ComparedRun> {
  const record = readSampling(document, "test");
  const command = reportOf({ record, keys, trust: "given" }, audit, null, []);
  const request = {
    sampling: document,
    keys: [signer.jwk.x],
    trust: "given",
    seen: options?.seen ?? [],
  } as const;
  const seen = request.seen.map((one) => ({ ...record, ...one }));
  const limits = options?.limits ?? smallLimits;
  const page = await auditLog({ ...request, seen }, async () => chunksOf(lines), { ...pageModules, limits });
  return { told: JSON.stringify(command.findings.slice(0, 5)), command, page };
}
