import type { Clock } from "../core/clock.ts";
import type { Counter, Histogram, Metrics } from "../core/metrics.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { ProblemCode } from "../core/problems/problem.ts";
import type { TokenKind } from "../flow/caller.ts";

/** The purpose of a request. */
export type Purpose = "submit" | "read" | "session";
export type Stage = "recognise" | "gate" | "room" | "signature" | "record";

/** Seconds; the upper ones cover the gate's wait and a slow disk. */
const stageBuckets = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

/** Counts how requests end, and times their stages. */
export class AdmitMeasures {
  readonly #clock: Clock;
  readonly #ended: Counter;
  readonly #refused: Counter;
  readonly #vanished: Counter;
  readonly #stage: Histogram;

  readonly #counts = { answered: 0, refused: {} as Record<string, number> };

  constructor(clock: Clock, metrics: Metrics) {
    this.#clock = clock;
    this.#ended = metrics.counter("assay_admit_submissions_total", "Submissions let in", ["lane", "kind"]);
    this.#refused = metrics.counter("assay_admit_refusals_total", "Requests refused", ["purpose", "code"]);
    this.#vanished = metrics.counter("assay_admit_vanished_total", "Clients that left unanswered", [
      "purpose",
    ]);
    this.#stage = metrics.histogram(
      "assay_admit_stage_seconds",
      "Time spent in a stage of admission",
      ["stage"],
      stageBuckets,
    );
  }

  countRefusal(purpose: Purpose | TokenKind, code: ProblemCode): void {
    this.#refused.add({ purpose, code });
    this.#counts.refused[code] = (this.#counts.refused[code] ?? 0) + 1;
  }

  countSubmission(lane: string, kind: "admitted" | "replay"): void {
    this.#ended.add({ lane, kind });
  }

  async timed<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
    const startMs = this.#clock.monotonicMs();
    try {
      return await work();
    } finally {
      this.#stage.observe((this.#clock.monotonicMs() - startMs) / 1000, { stage });
    }
  }

  /** Requests since the start, answered and refused by code; there are as many codes as problems. */
  counts(): { readonly answered: number; readonly refused: Readonly<Record<string, number>> } {
    return { answered: this.#counts.answered, refused: { ...this.#counts.refused } };
  }

  /** Runs a request to its end and counts a bad one; `refused` is told its code. */
  async counted<T>(
    purpose: Purpose,
    signal: AbortSignal,
    request: () => Promise<T>,
    refused: (code: ProblemCode) => void,
  ): Promise<T> {
    try {
      const answer = await request();
      this.#counts.answered++;
      return answer;
    } catch (thrown) {
      if (signal.aborted && thrown === signal.reason) this.#vanished.add({ purpose });
      else {
        const code = thrown instanceof AssayError ? thrown.code : "internal";
        this.countRefusal(purpose, code);
        refused(code);
      }
      throw thrown;
    }
  }
}
