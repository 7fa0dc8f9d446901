import type { Drawn, VerdictLine } from "./verdicts.ts";

/** What the log states about a draw besides the draw itself. */
export interface Outcome {
  readonly sampled: boolean;
  /** Of a submission; a job's is in its verdict. */
  readonly answerSha256: string | null;
  readonly receiptId: string | null;
}

export type ReportedDraw = Drawn & Outcome;

/** What the log states about one work id. */
export interface WatchedWork {
  readonly draws: ReportedDraw[];
  readonly verdicts: VerdictLine[];
}

/** Draws and verdicts kept per work id: a job has a few miners, a challenge a few attempts. */
const KEPT = 64;

/** Keeps what the log states about the works that are checked again. */
export class Watched {
  readonly #works: ReadonlyMap<string, WatchedWork>;

  constructor(workIds: readonly string[]) {
    this.#works = new Map(workIds.map((id) => [id, { draws: [], verdicts: [] }]));
  }

  of(workId: string): WatchedWork | undefined {
    return this.#works.get(workId);
  }

  drawn(drawn: Drawn, outcome: Outcome): void {
    if (this.#works.size === 0) return;
    const work = this.#works.get(drawn.workId);
    if (work !== undefined && work.draws.length < KEPT) work.draws.push({ ...drawn, ...outcome });
  }

  judged(verdict: VerdictLine): void {
    const work = this.#works.get(verdict.work_id);
    if (work !== undefined && work.verdicts.length < KEPT) work.verdicts.push(verdict);
  }
}
