import type { Gauge, Metrics } from "../../core/metrics.ts";
import { AssayError } from "../../core/problems/assayError.ts";
import { type IntakeStop, intakeStops } from "../../flow/intake.ts";
import type { Drain } from "./drain.ts";

export interface IntakeModules {
  readonly drain: Drain;
  readonly disk: { isReserveTouched(): boolean };
  /** Whether what is acknowledged is recorded on that disk. */
  readonly isStoreOnDisk: boolean;
  readonly metrics: Metrics;
}

/** A disk seldom has room again sooner. */
const FULL_RETRY_S = 30;
/** A restart takes a few seconds. */
const DRAIN_RETRY_S = 5;

/** Whether new work is taken: submissions, customers' jobs, jobs for miners. What is open ends in any case. */
export class Intake {
  readonly #modules: IntakeModules;
  readonly #stopped: Gauge;
  readonly drain: Drain;

  constructor(modules: IntakeModules) {
    this.#modules = modules;
    this.drain = modules.drain;
    this.#stopped = modules.metrics.gauge(
      "assay_intake_stopped",
      "1 while no new work is taken for this reason",
      ["reason"],
    );
    this.expose();
  }

  /** Why no new work is taken, or null. */
  stop(): IntakeStop | null {
    const { drain, disk, isStoreOnDisk } = this.#modules;
    if (drain.order() !== null) return "draining";
    return isStoreOnDisk && disk.isReserveTouched() ? "storage_full" : null;
  }

  /** Throws `draining` or `storage_full` while no new work is taken. */
  require(): void {
    const code = this.stop();
    if (code === null) return;
    throw new AssayError({ code, retry_after_s: code === "draining" ? DRAIN_RETRY_S : FULL_RETRY_S });
  }

  /** Called every few seconds. */
  expose(): void {
    const stop = this.stop();
    for (const reason of intakeStops) this.#stopped.set(reason === stop ? 1 : 0, { reason });
  }
}
