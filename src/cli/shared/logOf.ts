import { systemClock } from "../../core/clock.ts";
import { causeText } from "../../core/problems/assayError.ts";
import { FoldedLog } from "../../observe/foldedLog.ts";
import { makeLog } from "../../observe/log.ts";
import { LogFile } from "../../observe/logFile.ts";
import { LogSink } from "../../observe/logSink.ts";
import { stderrOutlet } from "../../observe/stderrOutlet.ts";

/** The log of a validator, and what it passes through. */
export interface ValidatorLog {
  readonly log: FoldedLog;
  readonly sink: LogSink;
  /** Prints what was folded, and waits for the destination; false when that took longer. */
  flush(ms: number): Promise<boolean>;
}

/** To a file, which SIGHUP opens anew from now on, or to stderr. Throws `file_unreadable`. */
export function logOf(level: string, path: string | null): ValidatorLog {
  const file = path === null ? null : LogFile.open(path);
  const sink = new LogSink(file?.outlet ?? stderrOutlet());
  const log = new FoldedLog(makeLog({ level, destination: sink }), systemClock, { level });
  if (file !== null) process.on("SIGHUP", () => reopen(file, log));
  return {
    ...{ log, sink },
    flush: (ms) => {
      log.close();
      return sink.flush(ms);
    },
  };
}

function reopen(file: LogFile, log: FoldedLog): void {
  try {
    file.reopen();
    log.info("log_file_reopened");
  } catch (error) {
    log.error("log_file_not_reopened", {
      cause: causeText(error),
      remedy: "lines go on to the old file; send SIGHUP again when the new one can be made",
    });
  }
}
