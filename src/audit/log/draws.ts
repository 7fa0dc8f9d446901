import type { Draw, DrawClass } from "../../flow/draw.ts";
import { decision } from "../../sample/decision.ts";
import { DrawTallies, type TalliesByLane } from "./drawTallies.ts";
import type { FindingCode, Findings } from "./findings.ts";
import type { DrawRules } from "./record.ts";
import { hex32, Repeats } from "./repeats.ts";
import { RowReader } from "./row.ts";
import type { Samples } from "./samples.ts";
import type { DrawLine, Drawn, GroupLine } from "./verdicts.ts";
import type { Watched } from "./watched.ts";

const classNames: ReadonlySet<string> = new Set<DrawClass>(["lane", "customer", "cold_start", "struck"]);
const isClass = (name: string): name is DrawClass => classNames.has(name);

/** The draw that key and policy give; null for an unknown class. */
export function recompute({ drawn: xOf, rates }: DrawRules, drawn: Drawn): Draw | null {
  const { epoch, lane, hotkey, workId, class: name } = drawn;
  if (!isClass(name)) return null;
  return decision(xOf(lane, hotkey, workId), rates, { epoch, lane, hotkey, workId, classes: [name] });
}

export interface DrawAuditParts {
  readonly rules: DrawRules | null;
  readonly findings: Findings;
  readonly samples: Samples;
  readonly watched: Watched;
  /** Buckets of the table of draws. */
  readonly buckets: number;
}

/** Recomputes draws, counts them, and passes on those that now wait for a verdict. */
export class DrawAudit {
  readonly #parts: DrawAuditParts;
  readonly #tally: DrawTallies;
  readonly #drawn: Repeats;
  readonly #row = new RowReader();
  rows = 0;
  sampled = 0;
  /** Draws of a job at a hotkey that an earlier line already has, for example of a customer's job after a restart. */
  repeated = 0;

  constructor(parts: DrawAuditParts) {
    this.#parts = parts;
    this.#drawn = new Repeats(parts.buckets);
    this.#tally = new DrawTallies(parts.rules?.rates ?? null);
  }

  tallies(): TalliesByLane {
    return this.#tally.drawn();
  }

  /** Jobs that were handed out together. */
  group(line: GroupLine, n: number): void {
    const { hotkeys, rows } = line;
    this.#checkLane(line.lane, n);
    for (const text of rows) {
      this.rows++;
      const hotkey = this.#row.read(text) ? hotkeys[this.#row.index] : undefined;
      if (hotkey !== undefined) this.#job(line, hotkey, n);
      else this.#parts.findings.add("row_malformed", `"${text}", of ${hotkeys.length} hotkeys`, { n });
    }
  }

  /** The row that was just read. */
  #job({ epoch, lane }: GroupLine, hotkey: string, n: number): void {
    const { jobId: workId, sampled, class: name } = this.#row;
    const { samples, watched } = this.#parts;
    const drawn = { epoch, lane, hotkey, workId, class: name };
    const draw = this.#check(drawn, n);
    if (draw !== null) {
      if (draw.sampled !== sampled) this.#find("draw_differs", drawn, n, said(sampled, draw));
      this.#checkRepeat(drawn, draw.x, n);
    }
    this.#count(lane, name, sampled);
    watched.drawn(drawn, { sampled, answerSha256: null, receiptId: null });
    if (sampled) samples.sampledJob(workId, hotkey, lane, n);
  }

  /** A submission. */
  one(line: DrawLine, n: number): void {
    const { epoch, lane, hotkey, work_id: workId, sampled } = line;
    this.rows++;
    this.#checkLane(lane, n);
    const drawn = { epoch, lane, hotkey, workId, class: line.class };
    const draw = this.#check(drawn, n);
    for (const member of ["rate", "x", "sampled"] as const) {
      if (draw === null || draw[member] === line[member]) continue;
      this.#find("draw_differs", drawn, n, `${member} is ${line[member]}, recomputed ${draw[member]}`);
    }
    this.#count(lane, line.class, sampled);
    const { answer_sha256: answerSha256, receipt_id: receiptId } = line;
    this.#parts.watched.drawn(drawn, { sampled, answerSha256, receiptId });
    this.#parts.samples.submission(line, n);
  }

  #find(code: FindingCode, { workId: work_id, hotkey }: Drawn, n: number, detail: string): void {
    this.#parts.findings.add(code, detail, { n, work_id, hotkey });
  }

  #checkLane(lane: string, n: number): void {
    const { rules, findings } = this.#parts;
    if (rules !== null && !rules.rates.lanes.has(lane))
      findings.add("lane_unknown", `the policy has no lane ${lane}`, { n });
  }

  /** The correct draw; null where it cannot be recomputed. */
  #check(drawn: Drawn, n: number): Draw | null {
    const { rules } = this.#parts;
    if (rules === null) return null;
    const draw = recompute(rules, drawn);
    if (draw === null) this.#find("class_unknown", drawn, n, `class ${drawn.class}`);
    else if (draw.class !== drawn.class)
      this.#find(
        "class_not_applied",
        drawn,
        n,
        `the class is ${drawn.class}, and the lane's own rate ${draw.rate} is not lower`,
      );
    return draw;
  }

  #checkRepeat(drawn: Drawn, x: string, n: number): void {
    const before = this.#drawn.add(hex32(x, 0), hex32(x, 8), n);
    if (before === null) return;
    if (before === n) this.#find("draw_repeated", drawn, n, "it is in this line twice");
    else this.repeated++;
  }

  #count(lane: string, name: string, sampled: boolean): void {
    if (sampled) this.sampled++;
    const tally = this.#tally.of(lane)?.get(name);
    if (tally === undefined) return;
    tally.drawn++;
    if (sampled) tally.sampled++;
  }
}

const said = (sampled: boolean, { x, rate }: Draw): string =>
  `stated as ${sampled ? "sampled" : "not sampled"}; x ${x} at rate ${rate} says otherwise`;
