import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Metrics } from "../core/metrics.ts";
import type { Random } from "../core/random.ts";
import type { Draw, DrawClass } from "../flow/draw.ts";
import type { IntakeStop } from "../flow/intake.ts";
import type { AnsweredJob, JobVerification, OpenSample, WorkDelta } from "../flow/job.ts";
import type { Conclusion, UnansweredCode } from "../flow/jobEnd.ts";
import type { PushLane } from "../flow/lane.ts";
import type { Store } from "../flow/store.ts";
import type { Verdict } from "../flow/verdict.ts";
import type { RetryBounds } from "./whatFollows.ts";

export interface DispatcherOptions {
  /** Bound on all jobs in flight; null for none. */
  readonly ceiling: number | null;
  readonly bytesInFlight: number;
  readonly retries: RetryBounds;
  readonly maxDeadlineMs: number;
  /** How long a miner whose link is lost keeps its jobs. */
  readonly reconnectGraceMs: number;
  /** Customer jobs that may wait; the caller refuses more before they come here. */
  readonly queuedMax: number;
  /** Name of this process among those that share the store; null or absent: no other does. */
  readonly node?: string | null;
  /** How long a customer's job that every miner here has had waits before it may go to any of them again. */
  readonly againMs: number;
}

export interface DispatchModules {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Runs a function after the current turn: `setImmediate`, or a simulation's own queue. */
  readonly soon: (run: () => void) => void;
  readonly lanes: ReadonlyMap<string, PushLane>;
  /** Throws while no epoch can decide; then dispatch waits. */
  readonly draw: (
    lane: string,
    hotkey: string,
    workId: string,
    epoch: number,
    classes: readonly DrawClass[],
  ) => Draw;
  readonly classesFor: (hotkey: string) => readonly DrawClass[];
  readonly epochNow: () => number;
  /** Chain height; while it is null nothing is dispatched. */
  readonly block: () => number | null;
  /** Why no new work is taken, or null; always null, when left out. */
  readonly intakeStop?: () => IntakeStop | null;
  readonly suspended: (hotkey: string) => boolean;
  /** Whether a cheat of the hotkey is being recorded: until that is done it gets no jobs. */
  readonly caught: (hotkey: string) => boolean;
  readonly verification: JobVerification;
  readonly records: Pick<Store, "recordDraws" | "addWork" | "updateCustomerJob" | "note" | "setNote">;
  /** Called with work that was recorded. */
  readonly workRecorded: (deltas: readonly WorkDelta[]) => void;
  /** Records the end of a sampled answer and strikes; never rejects. */
  readonly conclude: (job: AnsweredJob, verdict: Verdict) => Promise<Conclusion>;
  /** Ends a sampled job without an answer, where it is open; resolves once that is on record, and never rejects. */
  readonly endUnanswered: (sample: OpenSample, code: UnansweredCode) => Promise<void>;
  readonly unreachable: (hotkey: string) => void;
  /** Share of the host's memory that is available; null when unknown. */
  readonly memoryAvailable: () => number | null;
}
