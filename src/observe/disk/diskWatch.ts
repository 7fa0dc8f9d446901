import { statfs } from "node:fs/promises";
import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Gauge, Metrics } from "../../core/metrics.ts";
import { causeText } from "../../core/problems/assayError.ts";
import { daysUntilFull, type FreeSample } from "./forecast.ts";
import { isReserveTouched, resumeAt } from "./reserve.ts";

export interface DiskWatchOptions {
  /** A folder on the disk. */
  readonly dir: string;
  /** Bytes that are to stay free; 0: none. */
  readonly reserve: number;
}

export interface DiskWatchModules {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Bytes that this user may still write below a folder. */
  readonly freeOf?: (dir: string) => Promise<number>;
}

/** A figure older than this is not believed any more. */
const AGE_MOST_MS = 30_000;
/** Of the past by which the forecast is made: a day. */
const SAMPLE_EVERY_MS = 600_000;
const SAMPLES_MOST = 144;
const DAY_S = 86_400;

async function freeOnDisk(dir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dir);
  return bavail * bsize;
}

const megabytes = (bytes: number): string => `${Math.floor(bytes / 2 ** 20)} MB`;

/**
 * The room on a disk, looked at on a timer: nobody waits for a look, and what is asked here is what the last one found. A disk
 * that cannot be looked at changes nothing but readiness, since a store without room refuses by itself.
 */
export class DiskWatch {
  readonly #options: DiskWatchOptions;
  readonly #modules: DiskWatchModules;
  readonly #samples: FreeSample[] = [];
  readonly #gauges: Readonly<Record<"free" | "untilFull", Gauge>>;
  #free: number | null = null;
  #lookedAt: number;
  #failure: string | null = null;
  #isTouched = false;
  #days: number | null = null;

  /** Resolves after the first look. */
  static async open(options: DiskWatchOptions, modules: DiskWatchModules): Promise<DiskWatch> {
    const watch = new DiskWatch(options, modules);
    await watch.look();
    return watch;
  }

  private constructor(options: DiskWatchOptions, modules: DiskWatchModules) {
    const { metrics, clock } = modules;
    this.#options = options;
    this.#modules = modules;
    this.#lookedAt = clock.monotonicMs();
    this.#gauges = {
      free: metrics.gauge("assay_disk_free_bytes", "Free room on the disk of the data directory"),
      untilFull: metrics.gauge(
        "assay_disk_until_full_seconds",
        "Until the reserve is reached at the pace of the last day; +Inf: no room is lost, NaN: not known yet",
      ),
    };
    metrics
      .gauge("assay_disk_reserve_bytes", "observe.disk_reserve: with less room no new work is taken")
      .set(options.reserve);
    this.#gauges.untilFull.set(Number.NaN);
  }

  /** Whether there is less room than is to stay free, by the last look that worked. */
  isReserveTouched(): boolean {
    return this.#isTouched;
  }

  /** Free bytes and the reserve; null where the disk was never read. */
  room(): { readonly free: number; readonly reserve: number } | null {
    return this.#free === null ? null : { free: this.#free, reserve: this.#options.reserve };
  }

  /** Days until the reserve is reached; `Infinity` while no room is being lost, null in the first hour. */
  daysUntilFull(): number | null {
    return this.#days;
  }

  /** What is wrong with the disk, or null. */
  fault(): string | null {
    const { clock } = this.#modules;
    const { dir, reserve } = this.#options;
    const age = clock.monotonicMs() - this.#lookedAt;
    if (this.#failure !== null) return `the room on the disk of ${dir} cannot be read: ${this.#failure}`;
    if (age > AGE_MOST_MS)
      return `the disk of ${dir} has not said for ${Math.floor(age / 1000)} s how much room it has`;
    if (!this.#isTouched || this.#free === null) return null;
    const wanted = `${megabytes(reserve)} are to stay free (observe.disk_reserve)`;
    return `only ${megabytes(this.#free)} are free on the disk of the data directory, and ${wanted}; new work is taken again from ${megabytes(resumeAt(reserve))} on`;
  }

  /** Called every few seconds, one call at a time. Never rejects. */
  async look(): Promise<void> {
    const { freeOf = freeOnDisk, clock, log } = this.#modules;
    try {
      const free = await freeOf(this.#options.dir);
      this.#lookedAt = clock.monotonicMs();
      this.#failure = null;
      this.#note(free);
    } catch (error) {
      if (this.#failure === null) log.error("disk_unreadable", { cause: causeText(error) });
      this.#failure = causeText(error);
    }
  }

  #note(free: number): void {
    const { reserve } = this.#options;
    this.#free = free;
    this.#gauges.free.set(free);
    this.#sample(free);
    const isTouched = isReserveTouched(this.#isTouched, free, reserve);
    if (isTouched !== this.#isTouched) this.#tell(isTouched, free);
    this.#isTouched = isTouched;
  }

  #tell(isTouched: boolean, free: number): void {
    const { log } = this.#modules;
    const { dir, reserve } = this.#options;
    const resumes = resumeAt(reserve);
    if (isTouched)
      log.error("disk_reserve_touched", {
        ...{ free_bytes: free, reserve_bytes: reserve, resume_at_bytes: resumes },
        remedy: `free space on the disk of ${dir}, or enlarge it; work is taken again by itself from ${resumes} bytes on`,
      });
    else log.warn("disk_reserve_free", { free_bytes: free, reserve_bytes: reserve });
  }

  #sample(free: number): void {
    const { clock } = this.#modules;
    const atMs = clock.monotonicMs();
    const last = this.#samples.at(-1);
    if (last !== undefined && atMs - last.atMs < SAMPLE_EVERY_MS) return;
    this.#samples.push({ atMs, free });
    if (this.#samples.length > SAMPLES_MOST) this.#samples.shift();
    this.#days = daysUntilFull(this.#samples, this.#options.reserve);
    this.#gauges.untilFull.set(this.#days === null ? Number.NaN : this.#days * DAY_S);
  }
}
