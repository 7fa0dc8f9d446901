import type { Clock } from "../core/clock.ts";
import { causeText } from "../core/problems/assayError.ts";
import { LineSplitter } from "./lineSplitter.ts";
import type { LogAudit } from "./log/logAudit.ts";
import type { Chunks } from "./sources.ts";

/** Between two lines of progress, ms. */
const PROGRESS_MS = 5000;

export interface RunModules {
  readonly clock: Clock;
  /** Ends the reading. */
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

function progressOf(audit: LogAudit): string {
  const { lines, rows } = audit.counts();
  return `audited ${lines} lines, ${rows} draws; ${audit.findings.total} findings so far`;
}

/** Runs the log through the audit. Returns why it is partial, or null when it was read to its end. */
export async function runAudit(audit: LogAudit, log: Chunks, modules: RunModules): Promise<string | null> {
  const { clock, signal, progress } = modules;
  const splitter = new LineSplitter(audit);
  let toldAt = clock.monotonicMs();
  try {
    for await (const chunk of log) {
      if (signal.aborted) return "interrupted";
      splitter.push(chunk);
      if (clock.monotonicMs() - toldAt < PROGRESS_MS) continue;
      toldAt = clock.monotonicMs();
      progress(progressOf(audit));
    }
  } catch (error) {
    return signal.aborted ? "interrupted" : `reading the log failed: ${causeText(error)}`;
  }
  if (signal.aborted) return "interrupted";
  splitter.end();
  audit.end();
  return null;
}
