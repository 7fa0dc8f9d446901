import { type DestinationStream, levels, pino, stdTimeFunctions } from "pino";
import type { Log } from "../core/log.ts";
import { redact } from "./redact.ts";

export interface LogOptions {
  /** trace, debug, info, warn, error, fatal or silent. */
  readonly level: string;
  /** Receives whole lines, and neither blocks nor throws. */
  readonly destination: DestinationStream;
}

type Level = keyof Log;

/** Members of every line; data of the same name gets the prefix `data_`. */
const own = new Set(["level", "time", "event"]);

function lineOf(data: object): object {
  const redacted = redact(data) as object;
  return Object.fromEntries(
    Object.entries(redacted).map(([key, value]) => [own.has(key) ? `data_${key}` : key, value]),
  );
}

/** JSON lines `{level, time, event, ...data}`, secrets hidden. Throws `RangeError` for an unknown level. */
export function makeLog(options: LogOptions): Log {
  const { level } = options;
  if (level !== "silent" && !Object.hasOwn(levels.values, level)) throw new RangeError(`log level ${level}`);
  const logger = pino(
    {
      level,
      base: null,
      messageKey: "event",
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    options.destination,
  );
  const write = (at: Level) => (event: string, data?: object) => {
    if (!logger.isLevelEnabled(at)) return;
    if (data === undefined) logger[at](event);
    else logger[at](lineOf(data), event);
  };
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}
