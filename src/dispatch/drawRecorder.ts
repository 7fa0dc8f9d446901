import { AssayError, causeText } from "../core/problems/assayError.ts";
import { isTransient } from "../core/problems/transient.ts";
import type { DrawGroup } from "../flow/draw.ts";
import type { JobEnd } from "../flow/jobEnd.ts";
import type { Totals } from "./bounds/totals.ts";
import type { KindTimes } from "./kindTimes.ts";
import type { DispatchMeasures } from "./measures.ts";
import type { InFlightJob, Miner } from "./miners/miner.ts";
import type { DispatchModules } from "./ports.ts";

/** The most jobs whose draws share one record. */
const BATCH = 1024;
/** While a record is under way, fewer than this wait for it: small records cost as much as large ones. */
const WORTHWHILE = 128;
/** Records under way at once: a commit may take long, and the miners would stand still behind it. */
const RECORDS = 8;

/** Bytes of jobs that wait to be sent: the whole input of each is in memory until then, drawn or not. */
const BYTES = 4 * 2 ** 20;

export interface DrawRecorderParts {
  readonly totals: Totals;
  readonly times: KindTimes;
  readonly measures: DispatchMeasures;
  /** The job was sent, in `bytes` on the wire, and its deadline runs; monotonic ms. */
  readonly sent: (inFlight: InFlightJob, bytes: number, deadlineAt: number) => void;
  readonly end: (inFlight: InFlightJob, end: JobEnd) => boolean;
  /** Nothing of the batch is on record: take the jobs back, in order. */
  readonly undone: (batch: readonly InFlightJob[]) => void;
  /** The batch is out, or taken back. */
  readonly free: () => void;
}

const unsent: JobEnd = { kind: "withdrawn", why: "unsent" };

/**
 * Jobs between picking and sending. Draws are on record before their jobs are sent, so that nobody can say afterwards that a
 * draw was made up to fit; all that was picked in one go shares a record.
 */
export class DrawRecorder {
  readonly #modules: DispatchModules;
  readonly #parts: DrawRecorderParts;
  #batch: InFlightJob[] = [];
  #recording = 0;
  #bytes = 0;

  constructor(modules: DispatchModules, parts: DrawRecorderParts) {
    this.#modules = modules;
    this.#parts = parts;
  }

  /** False while as much is under way as may be, and when the batch is full. */
  hasRoom(): boolean {
    return this.#recording < RECORDS && this.#batch.length < BATCH && this.#bytes < BYTES;
  }

  add(inFlight: InFlightJob): void {
    this.#batch.push(inFlight);
    this.#bytes += inFlight.bytes;
  }

  /** Records what was picked, then sends it; a few jobs wait for the record under way and go with the next. */
  flush(): void {
    if (this.#batch.length === 0 || this.#recording >= RECORDS) return;
    if (this.#recording > 0 && this.#batch.length < WORTHWHILE) return;
    const picked = this.#batch;
    const bytes = picked.reduce((sum, one) => sum + one.bytes, 0);
    // The end of one that was withdrawn meanwhile came to the store before its draw would: the sample would stay open for ever.
    const batch = picked.filter((one) => one.miner.inFlight.has(one));
    this.#batch = [];
    if (batch.length === 0) {
      this.#bytes -= bytes;
      return;
    }
    this.#recording++;
    this.#modules.records
      .recordDraws(groupsOf(batch))
      .then(
        () => this.#send(batch),
        (error: unknown) => this.#refused(batch, error),
      )
      .catch((error: unknown) => {
        this.#modules.log.error("dispatch_failed", { cause: causeText(error) });
      })
      .finally(() => {
        this.#recording--;
        this.#bytes -= bytes;
        this.#parts.free();
      });
  }

  #send(batch: readonly InFlightJob[]): void {
    const now = this.#modules.clock.monotonicMs();
    this.#parts.totals.recorded();
    for (const inFlight of batch) {
      if (!inFlight.miner.inFlight.has(inFlight)) {
        // Withdrawn while it was being recorded: its end may have come to the store before its draw.
        if (inFlight.isSampled) void this.#modules.endUnanswered(inFlight.sample, "unsent");
        continue;
      }
      try {
        if (!this.#sendOne(inFlight, now)) this.#parts.end(inFlight, unsent);
      } catch (error) {
        this.#modules.log.error("job_not_sent", { job_id: inFlight.job.jobId, cause: causeText(error) });
        this.#parts.end(inFlight, unsent);
      }
    }
  }

  /** False when the miner is gone, or came back without the lane. */
  #sendOne(inFlight: InFlightJob, now: number): boolean {
    const { miner, job, kind, input, privateInput } = inFlight;
    const { link } = miner;
    if (link === null || input === null || !miner.takes(job)) return false;
    const deadline_ms = Math.ceil(this.#parts.times.deadlineMs(kind));
    inFlight.sentAt = now;
    if (!inFlight.isSampled) inFlight.input = null;
    inFlight.privateInput = null;
    const sent = privateInput === null ? input : { ...input, ...privateInput };
    const bytes = link.send({ job_id: job.jobId, lane: job.lane.name, kind, input: sent, deadline_ms });
    this.#parts.sent(inFlight, bytes, now + deadline_ms);
    return true;
  }

  async #refused(batch: readonly InFlightJob[], error: unknown): Promise<void> {
    const { totals, measures, undone } = this.#parts;
    totals.refused(this.#modules.clock.monotonicMs());
    measures.unrecorded.add({ what: "draws" });
    const code = error instanceof AssayError ? error.code : "unknown";
    this.#modules.log.error("draws_not_recorded", { code, jobs: batch.length, cause: causeText(error) });
    if (isTransient(error)) await this.#endDoubtful(batch);
    undone(batch);
  }

  /**
   * The draws may be on record although the store said otherwise: their samples are ended before the jobs are taken back. Otherwise
   * they would stay open, the epoch with them, and the store would refuse to draw such a job at the same miner again.
   */
  async #endDoubtful(batch: readonly InFlightJob[]): Promise<void> {
    const doubtful = batch.filter(({ isSampled }) => isSampled);
    await Promise.all(doubtful.map((one) => this.#modules.endUnanswered(one.sample, "unsent")));
  }
}

/** A group in the making. */
interface Group extends DrawGroup {
  readonly hotkeys: string[];
  readonly rows: string[];
  readonly index: Map<Miner, number>;
}

/** One group per lane and epoch, of which there are few; rows as the log has them. */
function groupsOf(batch: readonly InFlightJob[]): DrawGroup[] {
  const groups: Group[] = [];
  for (const { draw, miner } of batch) {
    const { epoch, lane } = draw;
    let group = groups.find((one) => one.lane === lane && one.epoch === epoch);
    if (group === undefined) {
      group = { epoch, lane, hotkeys: [], rows: [], index: new Map() };
      groups.push(group);
    }
    let at = group.index.get(miner);
    if (at === undefined) {
      at = group.hotkeys.push(miner.hotkey) - 1;
      group.index.set(miner, at);
    }
    group.rows.push(`${at} ${draw.work_id} ${draw.class} ${draw.sampled ? 1 : 0}`);
  }
  return groups.map(({ epoch, lane, hotkeys, rows }) => ({ epoch, lane, hotkeys, rows }));
}
