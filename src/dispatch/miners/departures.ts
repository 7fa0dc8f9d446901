import type { JobEnd, JobFailure, Withdrawal } from "../../flow/jobEnd.ts";
import type { LostMiners } from "./lostMiners.ts";
import type { InFlightJob, Miner } from "./miner.ts";
import type { MinerRegistry } from "./minerRegistry.ts";

export interface DeparturesParts {
  readonly registry: MinerRegistry;
  readonly lost: LostMiners;
  readonly end: (inFlight: InFlightJob, end: JobEnd) => boolean;
  readonly fail: (inFlight: InFlightJob, failure: JobFailure) => void;
  /** The miner was lost with jobs in flight. */
  readonly unreachable: (hotkey: string) => void;
}

/** What becomes of the jobs of a miner that is not here any more. */
export class Departures {
  readonly #parts: DeparturesParts;

  constructor(parts: DeparturesParts) {
    this.#parts = parts;
  }

  /** The miner cannot be reached: its jobs fail, and judge is told once. */
  lose(miner: Miner): void {
    const { lost, fail, unreachable } = this.#parts;
    lost.delete(miner);
    const sent = sentTo(miner);
    if (sent.length === 0) return;
    for (const inFlight of sent) fail(inFlight, "unreachable");
    unreachable(miner.hotkey);
  }

  /** The miner has a stream at another process: what it was sent here gets no answer, and judge has no part in that. */
  moved(hotkey: string): void {
    const { registry, lost, fail } = this.#parts;
    const miner = registry.get(hotkey);
    if (miner === undefined) return;
    lost.delete(miner);
    for (const inFlight of sentTo(miner)) fail(inFlight, "moved");
  }

  /** Another process dials the miner from now on: its jobs are taken from it at no cost. */
  handOver(hotkey: string): void {
    const miner = this.#parts.registry.get(hotkey);
    if (miner !== undefined) this.withdraw(miner, "handed_over");
  }

  withdraw(miner: Miner, why: Withdrawal): void {
    for (const inFlight of [...miner.inFlight]) this.#parts.end(inFlight, { kind: "withdrawn", why });
  }
}

/** The jobs that the miner has been sent. */
function sentTo({ inFlight }: Miner): InFlightJob[] {
  return [...inFlight].filter(({ sentAt }) => sentAt !== null);
}
