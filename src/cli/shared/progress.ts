import type { Clock } from "../../core/clock.ts";

/** Between two lines: a log needs fewer than a terminal. */
const EVERY_MS = { terminal: 250, log: 10_000 } as const;
/** Earlier estimates would be far off. */
const SETTLED_MS = 2000;

/** Progress of long work: one line that is rewritten on a terminal, a line every 10 s in a log. */
export class ProgressLine {
  readonly #clock: Clock;
  readonly #stream: NodeJS.WriteStream;
  readonly #startedAt: number;
  #shownAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, stream: NodeJS.WriteStream) {
    this.#clock = clock;
    this.#stream = stream;
    this.#startedAt = clock.monotonicMs();
  }

  /** `share`: 0..1 of the work. */
  show({ share, text }: { readonly share: number; readonly text: string }): void {
    const now = this.#clock.monotonicMs();
    const isFirst = this.#shownAt === Number.NEGATIVE_INFINITY;
    const every = this.#stream.isTTY ? EVERY_MS.terminal : EVERY_MS.log;
    if (now - (isFirst ? this.#startedAt : this.#shownAt) < every) return;
    this.#shownAt = now;
    const line = `${(100 * share).toFixed(0)} %, ${text}${estimate(now - this.#startedAt, share)}`;
    this.#stream.write(this.#stream.isTTY ? `\r\u001b[2K${line}` : `${line}\n`);
  }

  /** Clears the line. */
  end(): void {
    if (this.#stream.isTTY && this.#shownAt > 0) this.#stream.write("\r\u001b[2K");
  }
}

function estimate(goneMs: number, share: number): string {
  if (goneMs < SETTLED_MS || share <= 0) return "";
  const seconds = Math.ceil((goneMs / share - goneMs) / 1000);
  return seconds < 100 ? `, about ${seconds} s left` : `, about ${Math.ceil(seconds / 60)} min left`;
}
