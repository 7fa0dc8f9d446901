import type { ClosedEpoch } from "./document.ts";
import type { Findings } from "./findings.ts";
import type { Heads } from "./heads.ts";
import type { ReadLine } from "./line.ts";

/**
 * Checks the chain: numbers, links, hashes, signed heads. After a break it continues from what the line states, so that one break
 * is one finding and does not affect the following lines.
 */
export class LogChain {
  readonly #record: ClosedEpoch;
  readonly #heads: Heads;
  readonly #findings: Findings;
  #next = 0;
  /** Null after a line that could not be read. */
  #prev: string | null;
  #lines = 0;

  constructor(record: ClosedEpoch, heads: Heads, findings: Findings) {
    this.#record = record;
    this.#heads = heads;
    this.#findings = findings;
    this.#prev = record.commitment;
  }

  get lines(): number {
    return this.#lines;
  }

  /** A line that could not be read. */
  lost(): void {
    this.#lines++;
    this.#next++;
    this.#prev = null;
  }

  add({ line, isCanonical, hash }: ReadLine): void {
    const n = this.#lines++;
    const found = (code: Parameters<Findings["add"]>[0], detail: string) =>
      this.#findings.add(code, detail, { n });
    if (!isCanonical)
      found("line_not_canonical", `the bytes of the line differ from its canonical form (type ${line.type})`);
    if (line.n !== this.#next) found("n_out_of_sequence", `numbered ${line.n}, expected ${this.#next}`);
    if (this.#prev !== null && line.prev !== this.#prev)
      found("prev_mismatch", `it names ${line.prev}, but the line before it has ${this.#prev}`);
    if (line.hash !== hash) found("hash_mismatch", `states ${line.hash}, has ${hash}`);
    this.#next = line.n + 1;
    this.#prev = line.hash;
    this.#heads.passed(line.hash, n);
  }

  /** The log is over. */
  end(): void {
    const { log_head, log_length } = this.#record;
    if (this.#lines !== log_length)
      this.#findings.add(
        "log_length_differs",
        `the log has ${this.#lines} lines, the sampling document states ${log_length}`,
      );
    if (this.#prev !== log_head)
      this.#findings.add(
        "log_head_differs",
        `the log ends with ${this.#prev}, the sampling document states ${log_head}`,
      );
    this.#heads.end();
  }
}
