import { AssayError } from "../../src/core/problems/assayError.ts";
import type { HeldProcess } from "./heldProcess.ts";

/** The timers of a simulated process: as those of a validator, on the simulation's time. */
export class ModelTimers {
  readonly #process: HeldProcess;
  readonly #ends: (() => void)[] = [];

  constructor(process: HeldProcess) {
    this.#process = process;
  }

  /** Never two runs of one job at once; a refusal is left to the next run, anything else ends the simulation. */
  every(_name: string, ms: number, job: () => Promise<void> | void): void {
    const { world } = this.#process;
    let busy = false;
    const run = async (): Promise<void> => {
      try {
        await job();
      } catch (error) {
        if (!(error instanceof AssayError)) throw error;
      } finally {
        busy = false;
      }
    };
    this.#process.every(ms, () => {
      if (busy) return;
      busy = true;
      world.spawn(run());
    });
  }

  /** What ends when the process stops. */
  atStop(end: () => void): void {
    this.#ends.push(end);
  }

  stop(): void {
    for (const end of this.#ends.splice(0)) end();
  }
}
