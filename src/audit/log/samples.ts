import type { Findings } from "./findings.ts";
import { hex32, Repeats } from "./repeats.ts";
import type { DrawLine, VerdictLine } from "./verdicts.ts";

/** A draw that waits for its verdict. */
interface Open {
  readonly lane: string;
  readonly hotkey: string;
  readonly workId: string;
  readonly sampled: boolean;
  readonly n: number;
}

export interface AuditLimits {
  /** Draws that wait for their verdict: a validator has one for each answer in progress. */
  readonly open: number;
  /** Verdicts that come before their draw. */
  readonly early: number;
  /** Buckets, of eight entries each, of the table of past verdicts. */
  readonly ended: number;
  /** The same for the table of draws. */
  readonly drawn: number;
}

/** About the last 130,000 verdicts and the last 500,000 draws are remembered. */
export const auditLimits: AuditLimits = { open: 262_144, early: 10_000, ended: 16_384, drawn: 65_536 };

/** The key of a job is its id and hotkey, since another miner may get it too; that of a submission its receipt. */
const keyOf = (receiptId: string | null, workId: string, hotkey: string): string =>
  receiptId ?? `${workId} ${hotkey}`;

const receiptDigits = "rc_".length + 16;
const jobDigits = "jb_".length + 16;

/** The last 64 bits of a receipt's id, or of a job's with its hotkey mixed in. */
function printOf(receiptId: string | null, workId: string, hotkey: string): readonly [number, number] {
  if (receiptId !== null) return [hex32(receiptId, receiptDigits), hex32(receiptId, receiptDigits + 8)];
  let mixed = hex32(workId, jobDigits);
  for (let i = 0; i < hotkey.length; i++) mixed = Math.imul(mixed ^ hotkey.charCodeAt(i), 0x01000193);
  return [mixed >>> 0, hex32(workId, jobDigits + 8)];
}

/** Matches verdicts with draws. Keeps waiting draws, within a bound; unsampled jobs get no verdict and are not kept. */
export class Samples {
  readonly #findings: Findings;
  readonly #limits: AuditLimits;
  readonly #open = new Map<string, Open>();
  /** Jobs that are open at some miner. */
  readonly #jobs = new Map<string, number>();
  readonly #early = new Map<
    string,
    { readonly workId: string; readonly hotkey: string; readonly n: number }
  >();
  readonly #ended: Repeats;
  verified = 0;
  voided = 0;

  constructor(findings: Findings, limits: AuditLimits) {
    this.#findings = findings;
    this.#limits = limits;
    this.#ended = new Repeats(limits.ended);
  }

  get waiting(): number {
    return this.#open.size;
  }

  sampledJob(workId: string, hotkey: string, lane: string, n: number): void {
    const key = keyOf(null, workId, hotkey);
    if (!this.#mayOpen(key, { workId, hotkey, n })) return;
    this.#open.set(key, { lane, hotkey, workId, sampled: true, n });
    this.#jobs.set(workId, (this.#jobs.get(workId) ?? 0) + 1);
  }

  /** Submissions get a verdict whether they are sampled or not. */
  submission({ receipt_id, work_id, hotkey, lane, sampled }: DrawLine, at: number): void {
    const where = { workId: work_id, hotkey, n: at };
    const [high, low] = printOf(receipt_id, work_id, hotkey);
    const ended = this.#ended.find(high, low);
    if (ended !== null) {
      this.#repeated(where, `receipt ${receipt_id} already has its verdict in line ${ended}`);
      return;
    }
    if (!this.#mayOpen(receipt_id, where)) return;
    this.#open.set(receipt_id, { lane, hotkey, workId: work_id, sampled, n: at });
  }

  #repeated({ workId, hotkey, n }: Pick<Open, "workId" | "hotkey" | "n">, detail: string): void {
    this.#findings.add("draw_repeated", detail, { n, work_id: workId, hotkey });
  }

  #mayOpen(key: string, draw: Pick<Open, "workId" | "hotkey" | "n">): boolean {
    const { workId: work_id, hotkey, n } = draw;
    const early = this.#early.get(key);
    if (early !== undefined) {
      this.#early.delete(key);
      const detail = `the draw is in line ${n}`;
      this.#findings.add("verdict_before_draw", detail, { n: early.n, work_id, hotkey });
      return false;
    }
    const open = this.#open.get(key);
    if (open !== undefined) {
      this.#repeated(draw, `it was already drawn in line ${open.n}, and has no verdict yet`);
      return false;
    }
    if (this.#open.size < this.#limits.open) return true;
    const detail = `${this.#limits.open} draws already wait for their verdicts`;
    this.#findings.add("samples_untracked", detail, { n, work_id, hotkey });
    return false;
  }

  verdict(verdict: VerdictLine, n: number): void {
    const { receipt_id, work_id, hotkey, lane } = verdict;
    const key = keyOf(receipt_id, work_id, hotkey);
    const open = this.#open.get(key);
    if (open === undefined) {
      this.#unmatched(verdict, key, n);
      return;
    }
    this.#close(key, open, receipt_id, n);
    if (open.hotkey !== hotkey || open.lane !== lane || open.workId !== work_id)
      this.#findings.add(
        "verdict_differs",
        `the draw was of ${open.workId} by ${open.hotkey} in lane ${open.lane}`,
        {
          ...{ n, work_id, hotkey },
        },
      );
    this.#settle(open, verdict, n);
  }

  #close(key: string, { workId, hotkey }: Open, receiptId: string | null, n: number): void {
    this.#open.delete(key);
    const [high, low] = printOf(receiptId, workId, hotkey);
    this.#ended.add(high, low, n);
    if (receiptId !== null) return;
    const others = (this.#jobs.get(workId) ?? 1) - 1;
    if (others > 0) this.#jobs.set(workId, others);
    else this.#jobs.delete(workId);
  }

  #settle({ sampled }: Open, { work_id, hotkey, state, verified }: VerdictLine, n: number): void {
    const where = { n, work_id, hotkey };
    if (!sampled) {
      if (verified) this.#findings.add("verified_unsampled", `it is ${state} by a check`, where);
      return;
    }
    if (verified) this.verified++;
    else if (state === "accepted")
      this.#findings.add("sample_unverified", "it is accepted without a check", where);
    if (state === "void") this.voided++;
  }

  #unmatched({ receipt_id, work_id, hotkey, verified }: VerdictLine, key: string, n: number): void {
    const where = { n, work_id, hotkey };
    const [high, low] = printOf(receipt_id, work_id, hotkey);
    const before = this.#ended.find(high, low);
    if (before !== null || this.#early.has(key)) {
      const line = before ?? this.#early.get(key)?.n;
      this.#findings.add("verdict_repeated", `its verdict is in line ${line}`, where);
    } else if (receipt_id === null && this.#jobs.has(work_id))
      this.#findings.add("verdict_differs", "the job that waits for a verdict is another hotkey's", where);
    else if (this.#early.size < this.#limits.early) this.#early.set(key, { workId: work_id, hotkey, n });
    else
      this.#findings.add(
        "verdict_without_draw",
        verified ? "the verdict states a check" : "the verdict states no check",
        where,
      );
  }

  /** The log is over: nothing that still waits gets a verdict. */
  end(): void {
    for (const { workId: work_id, hotkey, n } of this.#early.values())
      this.#findings.add("verdict_without_draw", "no draw in the log asks for it", { n, work_id, hotkey });
    for (const { workId: work_id, hotkey, n, sampled } of this.#open.values())
      this.#findings.add("verdict_missing", sampled ? "it was sampled" : "it was not sampled", {
        n,
        work_id,
        hotkey,
      });
  }
}
