import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Metrics } from "../../core/metrics.ts";
import { causeText } from "../../core/problems/assayError.ts";
import type { AnsweredJob, JobVerification } from "../../flow/job.ts";
import type { PushLane } from "../../flow/lane.ts";
import type { Pool } from "../../flow/pool.ts";
import type { Reservation } from "../../flow/reservation.ts";
import type { ErrorCode, Verdict } from "../../flow/verdict.ts";
import { CancellableDelays } from "../cancellableDelays.ts";
import { drained } from "../drained.ts";
import { Units } from "../units.ts";
import { type Batch, BatchQueue } from "./batchQueue.ts";
import { checkBatch } from "./checkBatch.ts";
import { type ProofMeasures, proofMeasures } from "./measures.ts";
import type { QueuedProof } from "./queuedProof.ts";
import { Suspects } from "./suspects.ts";

export interface ProofVerifierOptions {
  /** The most verification units pending: waiting here or being checked. */
  readonly bound: number;
  /** Verification units that are checked at once. */
  readonly running: number;
  /** Threads that check; half of `running` unless given, since two units per core are checked at once by default. */
  readonly workers?: number;
  /** The most answers checked together. */
  readonly batchMax: number;
  /** After this many checks of one answer alone ended in `error`, that is its verdict. */
  readonly maxTries: number;
  /** First delay before a check is tried again, ms; doubled each time. */
  readonly retryMs: number;
}

export interface ProofVerifierModules {
  readonly pool: Pool;
  readonly lanes: ReadonlyMap<string, PushLane>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Runs the work soon, never in the caller's turn. */
  readonly soon: (work: () => void) => void;
  /** Called when there is room again. */
  readonly freed: () => void;
  /** Answers of suspended hotkeys share no batch with others, nor do those of hotkeys recently found with an invalid answer. */
  readonly isSuspended?: (hotkey: string) => boolean;
}

/** Longest delay between two tries, ms. */
const MAX_WAIT_MS = 30_000;

/**
 * Has sampled answers checked in the pool, in batches, and reports each verdict once. Answers that find no room wait in the
 * overflow, which is bounded by the jobs in flight: while it is not empty there is no room, and no new jobs are handed out.
 * Answers left without a verdict when it stops are still open in the store.
 */
export class ProofVerifier implements JobVerification {
  readonly #options: ProofVerifierOptions;
  readonly #modules: ProofVerifierModules;
  readonly #measures: ProofMeasures;
  readonly #pending: Units;
  readonly #running: Units;
  readonly #suspects = new Suspects();
  readonly #lines: BatchQueue;
  /** Every answer without a verdict. */
  readonly #entries = new Set<QueuedProof>();
  /** Those of them that wait for room, in order. */
  readonly #overflow = new Set<QueuedProof>();
  readonly #delays = new CancellableDelays();
  #abandoned = 0;
  #hadRoom = true;
  #scheduled = false;
  #draining = false;
  #stopped = false;
  #onEmpty: (() => void) | null = null;

  constructor(options: ProofVerifierOptions, modules: ProofVerifierModules) {
    this.#options = options;
    this.#modules = modules;
    this.#measures = proofMeasures(modules.metrics);
    this.#pending = new Units(options.bound);
    this.#running = new Units(options.running);
    const { batchMax, running, workers = Math.max(1, Math.floor(running / 2)) } = options;
    // A batch takes one worker's share of the units that may run, so that no worker idles.
    const lines = { batchMax, batchUnits: running / workers };
    this.#lines = new BatchQueue(lines, (hotkey) => this.#isSuspect(hotkey));
  }

  hasRoom(): boolean {
    return !this.#draining && this.#overflow.size === 0 && this.#pending.held < this.#pending.bound;
  }

  /** Verification units waiting or being checked, without the overflow. */
  pendingUnits(): number {
    return this.#pending.held;
  }

  /** The most of them. */
  get bound(): number {
    return this.#pending.bound;
  }

  /** Answers without a verdict. */
  get open(): number {
    return this.#entries.size;
  }

  verify(job: AnsweredJob, done: (verdict: Verdict) => void): void {
    if (this.#stopped) return;
    const { clock, lanes } = this.#modules;
    const cost = lanes.get(job.lane)?.cost ?? 1;
    const arrivedAt = clock.monotonicMs();
    const entry: QueuedProof = { job, done, cost, arrivedAt, reservation: null, tries: 0, alone: false };
    this.#entries.add(entry);
    if (this.#overflow.size > 0 || !this.#enter(entry)) {
      this.#overflow.add(entry);
      this.#measures.overflowed.add({ lane: job.lane });
    }
    this.#changed();
  }

  /** Waits for the checks under way, without further tries; returns how many answers were left without a verdict. */
  async drain(deadlineMs: number): Promise<number> {
    this.#draining = true;
    this.#delays.end();
    if (this.#entries.size > 0) {
      await drained(deadlineMs, (done) => {
        this.#onEmpty = done;
      });
    }
    this.#stopped = true;
    for (const entry of [...this.#entries]) this.#abandon(entry);
    this.#lines.clear();
    return this.#abandoned;
  }

  #isSuspect(hotkey: string): boolean {
    const { clock, isSuspended } = this.#modules;
    return this.#suspects.has(hotkey, clock.monotonicMs()) || (isSuspended?.(hotkey) ?? false);
  }

  /** False while there is no room. */
  #enter(entry: QueuedProof): boolean {
    entry.reservation = this.#pending.reserve(entry.cost);
    if (entry.reservation === null) return false;
    this.#lines.push(entry);
    return true;
  }

  #changed(): void {
    if (!this.hasRoom()) this.#hadRoom = false;
    this.#measures.pending.set(this.#pending.held);
    this.#measures.overflow.set(this.#overflow.size);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#modules.soon(() => this.#startBatches());
  }

  /** Starts as many batches as may run: a free worker never waits for a batch to fill. */
  #startBatches(): void {
    this.#scheduled = false;
    if (this.#stopped) return;
    for (const entry of this.#overflow) {
      if (!this.#enter(entry)) break;
      this.#overflow.delete(entry);
    }
    for (let batch = this.#next(); batch !== null; batch = this.#next()) this.#start(batch);
    this.#measures.pending.set(this.#pending.held);
    this.#measures.overflow.set(this.#overflow.size);
    this.#tellRoom();
  }

  #tellRoom(): void {
    if (this.#hadRoom || !this.hasRoom()) return;
    this.#hadRoom = true;
    this.#contain("proof_room_failed", () => this.#modules.freed());
  }

  #next(): Batch | null {
    return this.#lines.take((cost) => this.#running.fits(cost));
  }

  #start(batch: Batch): void {
    const room = this.#running.reserve(batch.cost);
    this.#measures.batch.observe(batch.entries.length, { lane: batch.entries[0]?.job.lane ?? "" });
    this.#check(batch, room).catch((error: unknown) => {
      this.#modules.log.error("proof_batch_failed", { cause: causeText(error) });
    });
  }

  async #check(batch: Batch, room: Reservation | null): Promise<void> {
    const jobs = batch.entries.map(({ job }) => job);
    const result = await checkBatch(this.#modules, jobs);
    room?.release();
    if (result === "again") this.#again(batch.entries, 0);
    else if ("fault" in result) this.#failed(batch, result.fault);
    else this.#conclude(batch, result);
    this.#changed();
  }

  #conclude(batch: Batch, verdicts: readonly Verdict[]): void {
    const invalid = verdicts.filter(({ outcome }) => outcome === "invalid").length;
    this.#lines.learn(batch, invalid);
    for (const [i, entry] of batch.entries.entries()) {
      const verdict = verdicts[i] ?? { outcome: "error", code: "check_crashed" };
      if (verdict.outcome === "error") this.#countFault(entry, verdict.code);
      else this.#finish(entry, verdict);
    }
  }

  /** An answer that failed alone has used up a try; which of several failed is unknown, so each is tried alone. */
  #failed({ entries }: Batch, code: ErrorCode): void {
    const [only] = entries;
    if (only !== undefined && entries.length === 1) {
      this.#countFault(only, code);
      return;
    }
    for (const entry of entries) entry.alone = true;
    this.#again(entries, 0);
  }

  #countFault(entry: QueuedProof, code: ErrorCode): void {
    this.#measures.faults.add({ lane: entry.job.lane, code });
    entry.alone = true;
    entry.tries++;
    if (entry.tries >= this.#options.maxTries) this.#finish(entry, { outcome: "error", code });
    else this.#again([entry], entry.tries - 1);
  }

  #again(entries: readonly QueuedProof[], failures: number): void {
    const waitMs = Math.min(MAX_WAIT_MS, this.#options.retryMs * 2 ** failures);
    void this.#delays.wait(waitMs).then((reached) => {
      for (const entry of entries) {
        if (!this.#entries.has(entry)) continue;
        if (reached) this.#lines.push(entry);
        else this.#abandon(entry);
      }
      this.#changed();
    });
  }

  #finish(entry: QueuedProof, verdict: Verdict): void {
    if (!this.#entries.has(entry)) return;
    const { job, arrivedAt, done } = entry;
    const now = this.#modules.clock.monotonicMs();
    if (verdict.outcome === "invalid") this.#suspects.caught(job.hotkey, now);
    this.#leave(entry);
    this.#measures.verified.add({ lane: job.lane, outcome: verdict.outcome });
    this.#measures.seconds.observe((now - arrivedAt) / 1000, { lane: job.lane });
    this.#contain("proof_done_failed", () => done(verdict));
  }

  /** Drops the answer without a verdict. */
  #abandon(entry: QueuedProof): void {
    this.#abandoned++;
    this.#leave(entry);
  }

  #leave(entry: QueuedProof): void {
    this.#entries.delete(entry);
    this.#overflow.delete(entry);
    entry.reservation?.release();
    if (this.#entries.size === 0) this.#onEmpty?.();
  }

  #contain(event: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#modules.log.error(event, { cause: causeText(error) });
    }
  }
}
