import { createHash } from "node:crypto";

/** Takes whole lines of NDJSON; may buffer them. */
export interface LineSink {
  write(line: string): void;
}

/**
 * The events in order: every line enters one hash, so two runs are the same exactly when their hashes are. Lines of the decision
 * logs enter by their own hash, and are written only on request.
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

  /** Ends the trace; its hash in hex. */
  digest(): string {
    return this.#hash.digest("hex");
  }
}
