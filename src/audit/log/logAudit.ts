import { LogChain } from "./chain.ts";
import type { ClosedEpoch, SeenEpoch } from "./document.ts";
import { DrawAudit } from "./draws.ts";
import type { TalliesByLane } from "./drawTallies.ts";
import { Findings } from "./findings.ts";
import { Heads } from "./heads.ts";
import { type AuditLine, LineReader } from "./line.ts";
import type { AuditTools } from "./platform.ts";
import { checkRecord, type DrawRules } from "./record.ts";
import { type AuditLimits, auditLimits, Samples } from "./samples.ts";
import { contradiction, type VerdictLine } from "./verdicts.ts";
import { Watched } from "./watched.ts";

export interface LogAuditOptions {
  /** Works of which `watched` keeps what the log says. */
  readonly watch?: readonly string[];
  /** Earlier sampling documents of the epoch, whose heads must be in the log. */
  readonly seen?: readonly SeenEpoch[];
  readonly limits?: AuditLimits;
}

/** What an audit counted. */
export interface LogCounts {
  readonly lines: number;
  /** Draws: rows and single ones. */
  readonly rows: number;
  readonly draws: TalliesByLane;
  readonly sampled: number;
  /** Of the sampled, those that a check decided, and those that ended void, checked or not. */
  readonly verified: number;
  readonly voided: number;
  /** Draws of a job at a hotkey that an earlier line had, among about the last 500,000. */
  readonly repeated: number;
}

/** Audits the log of a closed epoch line by line, in memory that does not grow with it. */
export class LogAudit {
  readonly findings = new Findings();
  readonly watched: Watched;
  /** What draws are recomputed with; null when the document gives nothing to do so. */
  readonly rules: DrawRules | null;
  readonly #epoch: number;
  readonly #reader: LineReader;
  readonly #chain: LogChain;
  readonly #samples: Samples;
  readonly #draws: DrawAudit;

  constructor(record: ClosedEpoch, tools: AuditTools, options: LogAuditOptions = {}) {
    const { findings } = this;
    this.#epoch = record.epoch;
    this.#reader = new LineReader(tools.hashes);
    this.watched = new Watched(options.watch ?? []);
    this.rules = checkRecord(record, tools, findings);
    const heads = new Heads({ record, seen: options.seen ?? [], keys: tools.keys, findings });
    this.#chain = new LogChain(record, heads, findings);
    const { rules, watched } = this;
    const limits = options.limits ?? auditLimits;
    const samples = new Samples(findings, limits);
    this.#samples = samples;
    this.#draws = new DrawAudit({ rules, findings, samples, watched, buckets: limits.drawn });
  }

  /** One line without its newline. The bytes may be used again afterwards. */
  line(bytes: Uint8Array): void {
    const n = this.#chain.lines;
    const read = this.#reader.read(bytes);
    if (typeof read === "string") {
      this.unreadable(read);
      return;
    }
    this.#chain.add(read);
    const { epoch } = read.line;
    if (epoch === this.#epoch) this.#content(read.line, n);
    else this.findings.add("epoch_mismatch", `of epoch ${epoch}`, { n });
  }

  /** A line that cannot be read. */
  unreadable(detail: string): void {
    this.findings.add("line_malformed", detail, { n: this.#chain.lines });
    this.#chain.lost();
  }

  #content(line: AuditLine, n: number): void {
    if (line.type === "draws") this.#draws.group(line, n);
    else if (line.type === "draw") this.#draws.one(line, n);
    else this.#verdict(line, n);
  }

  #verdict(line: VerdictLine, n: number): void {
    const { work_id, hotkey } = line;
    const fault = contradiction(line);
    if (fault !== null) this.findings.add("verdict_inconsistent", fault, { n, work_id, hotkey });
    this.watched.judged(line);
    this.#samples.verdict(line, n);
  }

  counts(): LogCounts {
    const { rows, sampled, repeated } = this.#draws;
    const { verified, voided } = this.#samples;
    return {
      lines: this.#chain.lines,
      rows,
      draws: this.#draws.tallies(),
      ...{ sampled, verified, voided, repeated },
    };
  }

  /** The log is over. */
  end(): void {
    this.#chain.end();
    this.#samples.end();
  }
}
