import { AssayError, causeText } from "../core/problems/assayError.ts";
import type { DrawGroup } from "../flow/draw.ts";
import type { Totals } from "./holdReasons.ts";
import type { KindTimes } from "./kindTimes.ts";
import type { DispatchMeasures } from "./measures.ts";
import type { InFlightJob, Miner } from "./miner.ts";
import type { DispatchModules } from "./ports.ts";

/** Jobs whose draws share one record at most. */
const BATCH = 1024;
/** While a record is under way, fewer than so many wait for it: small records cost as much as large ones. */
const WORTHWHILE = 128;
/** Records under way at once: a commit may take long, and the miners would stand still behind it. */
const RECORDS = 8;

/** Bytes of jobs that wait to be sent: the whole input of each is in memory until then, drawn or not. */
const BYTES = 4 * 2 ** 20;

export interface DrawRecorderParts {
  readonly totals: Totals;
  readonly times: KindTimes;
  readonly measures: DispatchMeasures;
  /** The flight was sent, in so many bytes, and its deadline runs; monotonic ms. */
  readonly sent: (flight: InFlightJob, bytes: number, deadlineAt: number) => void;
  /** The flight cannot be sent: its miner is gone. */
  readonly unsent: (flight: InFlightJob) => void;
  /** Nothing of the batch is on record: take the jobs back, in order. */
  readonly undone: (batch: readonly InFlightJob[]) => void;
  /** The batch is out, or taken back. */
  readonly free: () => void;
}

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

  add(flight: InFlightJob): void {
    this.#batch.push(flight);
    this.#bytes += flight.bytes;
  }

  /** Records what was picked, then sends it; a few jobs wait for the record under way and go with the next. */
  flush(): void {
    if (this.#batch.length === 0 || this.#recording >= RECORDS) return;
    if (this.#recording > 0 && this.#batch.length < WORTHWHILE) return;
    const batch = this.#batch;
    this.#batch = [];
    this.#recording++;
    const bytes = batch.reduce((sum, flight) => sum + flight.bytes, 0);
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
    for (const flight of batch) {
      // Withdrawn while it was being recorded.
      if (!flight.miner.flights.has(flight)) continue;
      try {
        if (!this.#sendOne(flight, now)) this.#parts.unsent(flight);
      } catch (error) {
        this.#modules.log.error("job_not_sent", { job_id: flight.work.jobId, cause: causeText(error) });
        this.#parts.unsent(flight);
      }
    }
  }

  /** False when the miner is gone, or came back without the lane. */
  #sendOne(flight: InFlightJob, now: number): boolean {
    const { miner, work, kind, input } = flight;
    const { link } = miner;
    if (link === null || input === null || !miner.serves(work.lane)) return false;
    const deadline_ms = Math.ceil(this.#parts.times.deadlineMs(kind));
    flight.sentAt = now;
    if (!flight.draw.sampled) flight.input = null;
    const bytes = link.send({ job_id: work.jobId, lane: work.lane.name, kind, input, deadline_ms });
    this.#parts.sent(flight, bytes, now + deadline_ms);
    return true;
  }

  #refused(batch: readonly InFlightJob[], error: unknown): void {
    const { totals, measures, undone } = this.#parts;
    totals.refused(this.#modules.clock.monotonicMs());
    measures.unrecorded.add({ what: "draws" });
    const code = error instanceof AssayError ? error.code : "unknown";
    this.#modules.log.error("draws_not_recorded", { code, jobs: batch.length, cause: causeText(error) });
    undone(batch);
  }
}

/** A group in the making. */
interface Group extends DrawGroup {
  readonly hotkeys: string[];
  readonly rows: string[];
  readonly index: Map<Miner, number>;
}

/** One group a lane and epoch, of which there are few; rows as the log has them. */
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
