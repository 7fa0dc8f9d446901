import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Counter, Gauge, Histogram, Metrics } from "../../core/metrics.ts";
import { causeText } from "../../core/problems/assayError.ts";
import type { Lane, TierSpec } from "../../flow/lane.ts";
import type { Pool } from "../../flow/pool.ts";
import type { Reservation } from "../../flow/reservation.ts";
import type { Store } from "../../flow/store.ts";
import type { PendingSubmission } from "../../flow/submission.ts";
import type { Verdict } from "../../flow/verdict.ts";
import { CancellableDelays } from "../cancellableDelays.ts";
import { drained } from "../drained.ts";
import { HiddenLanes } from "../hiddenLanes.ts";
import { Units } from "../units.ts";
import { checkOne } from "./checkOne.ts";
import { RecentDurations } from "./recentDurations.ts";
import { backoffMs, RecordTries } from "./recordTries.ts";
import { ReleaseClock } from "./releaseClock.ts";

export interface SubmissionVerifierOptions {
  /** Verification units checked at once; cheap checks go to the pool in batches. */
  readonly concurrency: number;
  /** The most verification units pending, as a multiple of `concurrency`. */
  readonly pendingFactor: number;
  /** After this many checks that ended in `error` a submission is void. */
  readonly maxTries: number;
  /** First delay before another try, ms; doubled each time. */
  readonly retryMs: number;
}

export interface SubmissionVerifierModules {
  readonly pool: Pool;
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly store: Pick<Store, "pending" | "countTry">;
  /** Takes up undecided rows that others may take up too; the store's `pending`, when left out. */
  readonly takeUp?: (limit: number, except: ReadonlySet<string>) => Promise<readonly PendingSubmission[]>;
  /** Null when no secret at hand can rebuild the task: the submission is void then. */
  readonly seedOf: (submission: PendingSubmission) => bigint | null;
  /** What the tasks of its tier were made from when it was issued; undefined where that is not on record. */
  readonly specOf?: (submission: PendingSubmission) => Promise<TierSpec | undefined>;
  /** Ends a submission; a null verdict means that it was not sampled. Rejects when the end could not be recorded. */
  readonly conclude: (submission: PendingSubmission, verdict: Verdict | null) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** A submission in the stage: waiting for its turn, at its turn, or being concluded. */
interface Entry {
  readonly submission: PendingSubmission;
  readonly reservation: Reservation;
  atTurn: boolean;
}

const past: Reservation = { release: () => undefined };

/** One verification unit, ms. */
const UNIT_MS = 16;
/** Rows that `recover` reads at once. */
const RECOVER_BATCH = 64;

/**
 * Checks the sampled submissions, and concludes all of them. A row that it drops (when stopping, or while the store stays
 * down) is still pending in the store, and `recover` takes it up again.
 */
export class SubmissionVerifier {
  readonly #options: SubmissionVerifierOptions;
  readonly #modules: SubmissionVerifierModules;
  readonly #units: Units;
  readonly #durations = new RecentDurations();
  /** All entries by receipt; bounded by their reservations. */
  readonly #entries = new Map<string, Entry>();
  /** Entries waiting for their turn, in order; a subset of the above. */
  #queue: Entry[] = [];
  /** Lanes whose receipts must not show what was checked. */
  readonly #hidden: HiddenLanes;
  /** Delays before another try, ended when draining starts; the release clock stops when draining is over. */
  readonly #retries = new CancellableDelays();
  readonly #releaseClock: ReleaseClock;
  readonly #tries: RecordTries;
  readonly #counters: { readonly ended: Counter; readonly faults: Counter };
  readonly #seconds: Histogram;
  readonly #pendingGauge: Gauge;
  readonly #running: Units;
  #draining = false;
  #stopped = false;
  #recovering: Promise<number> | null = null;
  #onEmpty: (() => void) | null = null;

  constructor(options: SubmissionVerifierOptions, modules: SubmissionVerifierModules) {
    const { metrics, clock, lanes } = modules;
    this.#options = options;
    this.#modules = modules;
    this.#hidden = new HiddenLanes(lanes.values());
    this.#releaseClock = new ReleaseClock(clock);
    this.#tries = new RecordTries(options.retryMs, { ...modules, delays: this.#retries });
    this.#units = new Units(options.concurrency * options.pendingFactor);
    this.#running = new Units(options.concurrency);
    this.#counters = {
      ended: metrics.counter("assay_verified_total", "Submissions concluded", ["lane", "outcome"]),
      faults: metrics.counter("assay_verify_faults_total", "Checks that ended in error", ["lane", "code"]),
    };
    this.#seconds = metrics.histogram("assay_verify_seconds", "Time from a check's turn to its outcome", [
      "lane",
    ]);
    this.#pendingGauge = metrics.gauge("assay_verify_pending", "Verification units pending");
  }

  /** Reserves room for one submission of a lane; null at the bound and while stopping. */
  reserve(lane: string): Reservation | null {
    if (this.#draining) return null;
    return this.#units.reserve(this.#costOf(lane));
  }

  /** Whether `reserve` would find room now. */
  hasRoom(lane: string): boolean {
    return !this.#draining && this.#units.fits(this.#costOf(lane));
  }

  canAcceptWork(): boolean {
    return !this.#draining && this.#units.held < this.#units.bound;
  }

  pendingUnits(): number {
    return this.#units.held;
  }

  /** The most of them. */
  get bound(): number {
    return this.#units.bound;
  }

  /** Takes a recorded submission, and holds its reservation while it is pending here. */
  accept(submission: PendingSubmission, reservation: Reservation): void {
    if (this.#draining || this.#entries.has(submission.receiptId)) {
      reservation.release();
      return;
    }
    const entry: Entry = { submission, reservation, atTurn: false };
    this.#entries.set(submission.receiptId, entry);
    this.#hidden.saw(submission.draw);
    this.#enqueue(entry);
  }

  /** True from the turn of a submission until its end, sampled or not. */
  isVerifying(receiptId: string): boolean {
    return this.#entries.get(receiptId)?.atTurn ?? false;
  }

  /** Takes up undecided rows that are not here yet, as far as there is room; returns how many. */
  recover(): Promise<number> {
    this.#recovering ??= this.#recover().finally(() => {
      this.#recovering = null;
    });
    return this.#recovering;
  }

  /** Accepts no more and waits for those under way; returns how many rows were left to the next start. */
  async drain(deadlineMs: number): Promise<number> {
    this.#draining = true;
    this.#retries.end();
    if (this.#entries.size > 0) {
      await drained(deadlineMs, (done) => {
        this.#onEmpty = done;
      });
    }
    this.#stopped = true;
    this.#tries.stop();
    this.#releaseClock.end();
    const left = this.#entries.size;
    for (const entry of [...this.#entries.values()]) this.#leave(entry);
    this.#queue = [];
    return left;
  }

  #costOf(lane: string): number {
    return this.#modules.lanes.get(lane)?.cost ?? 1;
  }

  async #recover(): Promise<number> {
    let taken = 0;
    for (;;) {
      const inFlight = new Set([...this.#entries.keys(), ...this.#tries.refused()]);
      const rows = this.canAcceptWork() ? await this.#takeUp(inFlight) : [];
      const before = taken;
      for (const row of rows) {
        const reservation = this.#entries.has(row.receiptId) ? null : this.#roomFor(row.lane);
        if (reservation === null) continue;
        this.accept(row, reservation);
        taken++;
      }
      if (rows.length < RECOVER_BATCH || taken === before) return taken;
    }
  }

  /** What was taken up from others must be ended here, so that it finds room past the bound, by less than a batch. */
  #roomFor(lane: string): Reservation | null {
    const room = this.reserve(lane);
    return room === null && this.#modules.takeUp !== undefined && !this.#draining ? past : room;
  }

  #takeUp(except: ReadonlySet<string>): Promise<readonly PendingSubmission[]> {
    const { store, takeUp } = this.#modules;
    return takeUp === undefined ? store.pending(RECOVER_BATCH, except) : takeUp(RECOVER_BATCH, except);
  }

  #enqueue(entry: Entry): void {
    this.#queue.push(entry);
    this.#pendingGauge.set(this.#units.held);
    // Not within the call: the caller has yet to answer its client.
    setImmediate(() => this.#startTurns());
  }

  #startTurns(): void {
    for (let entry = this.#queue[0]; entry !== undefined && !this.#stopped; entry = this.#queue[0]) {
      const turn = this.#takeTurn(entry);
      if (turn === null) return;
      this.#queue.shift();
      entry.atTurn = true;
      turn.catch((error: unknown) => {
        this.#modules.log.error("verify_failed", { cause: causeText(error) });
        this.#leave(entry);
      });
    }
  }

  /** Null while the bound on running checks is reached. Unsampled entries wait for their turn too, but hold no units. */
  #takeTurn(entry: Entry): Promise<void> | null {
    const cost = this.#costOf(entry.submission.lane);
    if (!entry.submission.sampled) return this.#running.fits(cost) ? this.#pass(entry) : null;
    const room = this.#running.reserve(cost);
    return room === null ? null : this.#verify(entry, room);
  }

  /** An unsampled entry takes the time of a check, but no worker. */
  async #pass(entry: Entry): Promise<void> {
    const { lane } = entry.submission;
    await this.#releaseClock.wait(
      this.#releaseClock.turn(),
      this.#durations.next(lane, this.#costOf(lane) * UNIT_MS),
    );
    await this.#conclude(entry, null);
  }

  async #verify(entry: Entry, room: Reservation): Promise<void> {
    const { submission } = entry;
    const { lane } = submission;
    const turn = this.#releaseClock.turn();
    const verdict = await checkOne(this.#modules, submission);
    room.release();
    setImmediate(() => this.#startTurns());
    if (verdict === "again") return this.#retry(entry, 0);
    if (verdict === "lost") return this.#conclude(entry, { outcome: "error", code: "check_crashed" });
    if (verdict.outcome === "error") return this.#countFault(entry, verdict);
    const durationMs = this.#modules.clock.monotonicMs() - turn.at;
    this.#durations.checked(lane, durationMs);
    if (this.#hidden.has(lane)) await this.#releaseClock.wait(turn, durationMs);
    this.#seconds.observe(durationMs / 1000, { lane });
    await this.#conclude(entry, verdict);
  }

  /** Counts a check that ended in error; after the last try the submission is void, which is nobody's fault. */
  async #countFault(entry: Entry, verdict: Verdict & { outcome: "error" }): Promise<void> {
    const { submission } = entry;
    this.#counters.faults.add({ lane: submission.lane, code: verdict.code });
    const tries = await this.#tries.record(submission.receiptId, "try", () =>
      this.#modules.store.countTry(submission.receiptId),
    );
    if (tries === null) this.#leave(entry);
    else if (tries >= this.#options.maxTries) await this.#conclude(entry, verdict);
    else await this.#retry(entry, tries - 1);
  }

  async #retry(entry: Entry, failures: number): Promise<void> {
    entry.atTurn = false;
    if (await this.#retries.wait(backoffMs(this.#options.retryMs, failures))) this.#enqueue(entry);
    else this.#leave(entry);
  }

  async #conclude(entry: Entry, verdict: Verdict | null): Promise<void> {
    const { submission } = entry;
    const done = await this.#tries.record(submission.receiptId, "verdict", async () => {
      await this.#modules.conclude(submission, verdict);
      return true;
    });
    if (done) this.#counters.ended.add({ lane: submission.lane, outcome: verdict?.outcome ?? "unsampled" });
    this.#leave(entry);
  }

  #leave(entry: Entry): void {
    this.#entries.delete(entry.submission.receiptId);
    entry.reservation.release();
    this.#pendingGauge.set(this.#units.held);
    if (this.#entries.size === 0) this.#onEmpty?.();
  }
}
