import { createHash } from "node:crypto";

/** Takes whole lines of NDJSON; may hold them. */
export interface LineSink {
  write(line: string): void;
}

/**
 * What happened, in order: every line goes into one hash, so that two runs are the same exactly if their hashes are. Lines of the decision
 * logs go in by their own hash; they are written out only where asked for.
 */
export class Trace {
  readonly #hash = createHash("sha256");
  readonly #sink: LineSink | null;
  readonly #withLogs: boolean;

  /** `withLogs`: the lines of the decision logs are written too; there is about one per hundred jobs. */
  constructor(sink: LineSink | null, withLogs: boolean) {
    this.#sink = sink;
    this.#withLogs = withLogs;
  }

  event(atMs: number, event: string, data: object): void {
    const line = JSON.stringify({ at_ms: atMs, event, ...data });
    this.#hash.update(line);
    this.#sink?.write(line);
  }

  logLine(validator: string, text: string, hash: string): void {
    this.#hash.update(hash);
    if (this.#withLogs)
      this.#sink?.write(
        `{"validator":${JSON.stringify(validator)},"log":${text.slice(0, -1)},"hash":"${hash}"}}`,
      );
  }

  /** Hex; the trace takes nothing more. */
  digest(): string {
    return this.#hash.digest("hex");
  }
}
