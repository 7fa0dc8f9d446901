import { sha256Hex } from "../core/hash.ts";
import type { Log } from "../core/log.ts";
import { redact } from "./redact.ts";

export interface LogLine {
  readonly level: keyof Log;
  readonly event: string;
  readonly data: object | undefined;
}

export interface FoldOptions {
  /** Repeats of a line within this time are one line; 30 s. */
  readonly windowMs?: number;
  /** Lines that are known at a time; 1,000. What comes beyond them is printed as it is. */
  readonly linesMost?: number;
}

/** Members that only measure: durations, and how often something was tried. */
const measuring = /(?:_ms|_s|^attempts?|^tries)$/;

/**
 * What makes two lines the same: level, event and every member but those that measure. So lines about two hotkeys, strikes or
 * blocks are never taken for one.
 */
export function identityOf({ level, event, data }: LogLine): string {
  const told = JSON.stringify(redact(data ?? {}), (key, value: unknown) =>
    measuring.test(key) && typeof value === "number" ? undefined : value,
  );
  return sha256Hex(`${level} ${event} ${told}`);
}

interface Window {
  endsAt: number;
  repeats: number;
  last: LogLine;
}

/**
 * Folds repeated lines: the first is printed, and at the end of each window one line with the members of the last and
 * `repeated`, the number of those that were not printed. A line that stays away for a window begins anew. Lines of the level
 * debug are not folded.
 */
export class Fold {
  readonly #windowMs: number;
  readonly #linesMost: number;
  /** In the order in which their windows end. */
  readonly #windows = new Map<string, Window>();

  constructor({ windowMs = 30_000, linesMost = 1000 }: FoldOptions = {}) {
    this.#windowMs = windowMs;
    this.#linesMost = linesMost;
  }

  /** Whether the line is to be printed; otherwise it is counted. `now`: monotonic ms. */
  take(line: LogLine, now: number): boolean {
    if (line.level === "debug") return true;
    const identity = identityOf(line);
    const window = this.#windows.get(identity);
    if (window !== undefined) {
      window.repeats++;
      window.last = line;
      return false;
    }
    if (this.#windows.size < this.#linesMost)
      this.#windows.set(identity, { endsAt: now + this.#windowMs, repeats: 0, last: line });
    return true;
  }

  /** What is to be printed of the windows that are over. */
  ended(now: number): LogLine[] {
    const lines: LogLine[] = [];
    for (const [identity, window] of this.#windows) {
      if (window.endsAt > now) break;
      this.#windows.delete(identity);
      if (window.repeats === 0) continue;
      lines.push(folded(window, this.#windowMs));
      this.#windows.set(identity, { ...window, endsAt: now + this.#windowMs, repeats: 0 });
    }
    return lines;
  }

  /** What was counted and not printed; nothing is left. */
  rest(): LogLine[] {
    const windows = [...this.#windows.values()].filter(({ repeats }) => repeats > 0);
    this.#windows.clear();
    return windows.map((window) => folded(window, this.#windowMs));
  }
}

function folded({ last, repeats }: Window, windowMs: number): LogLine {
  return { ...last, data: { ...last.data, repeated: repeats, within_s: windowMs / 1000 } };
}
