import type { Clock } from "../../core/clock.ts";
import { causeText } from "../../core/problems/assayError.ts";
import { LineSplitter } from "./lineSplitter.ts";
import type { LogAudit } from "./logAudit.ts";

/** Bytes as they come. */
export type LogChunks = AsyncIterable<Uint8Array>;

export interface RunModules {
  readonly clock: Pick<Clock, "monotonicMs">;
  /** Ends the reading. */
  readonly signal: AbortSignal;
  /** Called every `everyMs` or so while the log is read. */
  readonly progress: (audit: LogAudit) => void;
  readonly everyMs: number;
}

/** Runs the log through the audit. Returns why it is partial, or null when it was read to its end. */
export async function runAudit(audit: LogAudit, log: LogChunks, modules: RunModules): Promise<string | null> {
  const { clock, signal, progress, everyMs } = modules;
  const splitter = new LineSplitter(audit);
  let toldAt = clock.monotonicMs();
  try {
    for await (const chunk of log) {
      if (signal.aborted) return "interrupted";
      splitter.push(chunk);
      if (clock.monotonicMs() - toldAt < everyMs) continue;
      toldAt = clock.monotonicMs();
      progress(audit);
    }
  } catch (error) {
    return signal.aborted ? "interrupted" : `reading the log failed: ${causeText(error)}`;
  }
  if (signal.aborted) return "interrupted";
  splitter.end();
  audit.end();
  return null;
}
