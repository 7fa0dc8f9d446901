import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../core/clock.ts";
import { sha256Hex } from "../../core/hash.ts";
import type { Log } from "../../core/log.ts";
import type { Counter, Metrics } from "../../core/metrics.ts";
import { causeText } from "../../core/problems/assayError.ts";
import { isTransient } from "../../core/problems/transient.ts";
import type { AnsweredJob, OpenSample, SampledEnd } from "../../flow/job.ts";
import type { Conclusion } from "../../flow/jobEnd.ts";
import type { Store } from "../../flow/store.ts";
import type { Verdict } from "../../flow/verdict.ts";
import type { Dated } from "../evidence.ts";
import { endOf } from "./end.ts";
import { lostEnds } from "./lostEnds.ts";
import type { Recorded } from "./recorded.ts";
import type { StrikeConcluder } from "./strikes.ts";

export interface JobConcluderModules {
  readonly store: Pick<Store, "endSamples" | "openSamples">;
  readonly strikes: StrikeConcluder;
  readonly recorded: Pick<Recorded, "jobEnd">;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Ends the repeated tries while the store is down. */
  readonly stopped: AbortSignal;
}

/** First and longest delay before the record is tried again, ms. */
const RETRY_MS = [250, 15_000] as const;
/** The longest answer kept as evidence: no proof is longer. The hash is always kept. */
const EXHIBIT_MAX = 65_536;
/** Open samples ended per transaction at start. */
const RESTART_BATCH = 512;

/**
 * Ends sampled jobs: verdict, credit and strike are recorded in one transaction. While the store is down, or the height unknown,
 * each end is tried again on its own; one that the store can never take is recorded as void instead. Samples that are still open
 * when the validator stops are ended void by the next start.
 */
export class JobConcluder {
  readonly #modules: JobConcluderModules;
  readonly #unrecorded: Counter;
  readonly #lost: Counter;

  constructor(modules: JobConcluderModules) {
    this.#modules = modules;
    this.#unrecorded = modules.metrics.counter(
      "assay_jobs_unrecorded_total",
      "Failed attempts to record the end of a job",
    );
    this.#lost = lostEnds(modules.metrics, "job");
  }

  /** Resolves with the end that is on record; with `void` where none is. Never rejects. */
  async conclude(job: AnsweredJob, verdict: Verdict): Promise<Conclusion> {
    const { strikes } = this.#modules;
    const code = strikes.codeOf(job.lane, verdict);
    if (code === null) {
      const end = await this.#record(sampleOf(job), () => this.#endOf(job, verdict));
      return end?.state ?? "void";
    }
    const charge = await strikes.take(judgedOf(job), code, async (assess) => {
      // Assessed again at every try: while the height is unknown nothing is judged.
      const end = await this.#record(sampleOf(job), () => ({ ...this.#endOf(job, verdict), ...assess() }));
      return end?.state === "rejected" ? end : null;
    });
    return charge === null ? "void" : "struck";
  }

  /** Ends a sampled job without an answer: void. */
  async endUnanswered(sample: OpenSample, code: string): Promise<void> {
    await this.#record(sample, () => this.#voided(sample, code));
  }

  /** Ends the samples that an earlier run left open; returns how many. Throws `store_unavailable`. */
  async endLeftovers(): Promise<number> {
    const { store } = this.#modules;
    let ended = 0;
    for (;;) {
      const open = await store.openSamples(RESTART_BATCH);
      if (open.length === 0) return ended;
      const ids = await store.endSamples(open.map((sample) => this.#voided(sample, "validator_restarted")));
      if (ids.length === 0) return ended;
      ended += ids.length;
    }
  }

  #voided({ jobId, epoch, lane, hotkey }: OpenSample, code: string): SampledEnd {
    const base = { jobId, epoch, lane, hotkey, code, credit: 0, strike: null, block: 0 };
    return { ...base, state: "void", verified: false, answerSha256: null, at: this.#modules.clock.nowMs() };
  }

  #endOf(job: AnsweredJob, verdict: Verdict): SampledEnd {
    const { jobId, lane, hotkey, draw, answer, credit, block, customerAttempts: attempts } = job;
    const at = this.#modules.clock.nowMs();
    const ended = endOf(verdict);
    const isDelivered = attempts !== undefined && ended.state === "accepted";
    const given = { answer, hotkey, verified: true, code: null, endedAt: at };
    return {
      ...{ jobId, lane, hotkey, credit, block, epoch: draw.epoch },
      ...{ ...ended, at, answerSha256: sha256Hex(answer), strike: null },
      ...(isDelivered && { delivers: { jobId, attempts, state: "done", ...given } }),
    };
  }

  /**
   * The end that is on record; null when there is none, the sample had ended before, or the validator stops first. `lost`: the
   * sample is being ended void, because another end of it could not be recorded.
   */
  async #record(sample: OpenSample, make: () => SampledEnd, lost = false): Promise<SampledEnd | null> {
    const { log, stopped } = this.#modules;
    const { jobId, hotkey } = sample;
    // A try whose commit was reported as failed, and which may have been recorded all the same.
    let unsure: SampledEnd | null = null;
    for (let waitMs: number = RETRY_MS[0]; ; waitMs = Math.min(RETRY_MS[1], waitMs * 2)) {
      let end: SampledEnd | null = null;
      try {
        end = make();
        return (await this.#store(end)) ? end : unsure;
      } catch (error) {
        this.#unrecorded.add();
        const isOver = !isTransient(error);
        const facts = { job_id: jobId, hotkey, cause: causeText(error) };
        log.error(isOver ? "end_not_recordable" : "job_not_recorded", facts);
        if (isOver) return lost ? null : this.#lose(sample);
        unsure = end ?? unsure;
      }
      if (stopped.aborted) return null;
      await sleep(waitMs, undefined, { signal: stopped }).catch(() => undefined);
    }
  }

  /** False when the sample is not open. */
  async #store(end: SampledEnd): Promise<boolean> {
    const { store, recorded } = this.#modules;
    const ended = await store.endSamples([end]);
    if (ended.length > 0) recorded.jobEnd(end);
    return ended.length > 0;
  }

  /** Ends the sample void, so that it holds up nothing: its epoch could not close. */
  #lose(sample: OpenSample): Promise<SampledEnd | null> {
    this.#lost.add({ lane: sample.lane });
    return this.#record(sample, () => this.#voided(sample, "not_recorded"), true);
  }
}

function sampleOf({ jobId, lane, hotkey, draw }: AnsweredJob): OpenSample {
  return { jobId, lane, hotkey, epoch: draw.epoch };
}

function judgedOf({ hotkey, lane, kind, input, answer, draw, block, startedAt }: AnsweredJob): Dated {
  return {
    ...{ hotkey, lane, draw, block, startedAt },
    receiptId: null,
    answerSha256: sha256Hex(answer),
    ...(answer.length > EXHIBIT_MAX ? {} : { exhibit: { kind, input, answer } }),
  };
}
