import type { Clock } from "../../core/clock.ts";
import { causeText } from "../../core/problems/assayError.ts";
import type { JobOrder } from "../../flow/job.ts";
import type { Prover } from "./prover.ts";

/** Why a miner gives a job back; the words of its `fail` frames. */
export type FailCode = "busy" | "lane_unknown" | "kind_unknown" | "deadline" | "prover_failed" | "stopping";

export interface Done {
  readonly jobId: string;
  /** Deadline of the job, monotonic ms. */
  readonly expiresAt: number;
  /** The answer's JSON, or why there is none. */
  readonly outcome: { readonly answer: string } | { readonly code: FailCode };
}

export interface WorkbenchOptions {
  readonly lane: string;
  /** The most proofs at once. */
  readonly capacity: number;
  /** Jobs that may wait for their turn. */
  readonly waitingMax: number;
}

export interface WorkbenchModules {
  readonly prover: Prover;
  readonly clock: Clock;
  /** Called once per job that was taken or refused. */
  readonly done: (done: Done) => void;
  /** Called with the reason when a proof failed; for people. */
  readonly failed: (cause: string) => void;
}

interface Item {
  readonly order: JobOrder;
  readonly expiresAt: number;
  /** Aborted by its deadline, or by the end of the bench. */
  readonly abort: AbortController;
}

/** The longest timer possible. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** Jobs of one miner: works on `capacity`, lets `waitingMax` wait, and gives the rest back at once. */
export class Workbench {
  readonly #options: WorkbenchOptions;
  readonly #modules: WorkbenchModules;
  readonly #waiting: Item[] = [];
  readonly #working = new Set<Item>();
  #stopped = false;

  constructor(options: WorkbenchOptions, modules: WorkbenchModules) {
    this.#options = options;
    this.#modules = modules;
  }

  /** Jobs that are being worked on or wait. */
  get size(): number {
    return this.#working.size + this.#waiting.length;
  }

  /** Takes a job, or gives it back; one that it has already is not taken twice. */
  take(order: JobOrder): void {
    const expiresAt = this.#modules.clock.monotonicMs() + order.deadline_ms;
    const item = { order, expiresAt, abort: new AbortController() };
    const items = [...this.#working, ...this.#waiting];
    if (items.some((one) => one.order.job_id === order.job_id)) return;
    const refusal = this.#refusal(order);
    if (refusal !== null) this.#done(item, { code: refusal });
    else if (this.#working.size < this.#options.capacity) this.#start(item);
    else this.#waiting.push(item);
  }

  /** Gives back all jobs, and takes no more. */
  stop(): void {
    this.#stopped = true;
    const items = [...this.#working, ...this.#waiting];
    this.#working.clear();
    this.#waiting.length = 0;
    for (const item of items) {
      this.#done(item, { code: "stopping" });
      item.abort.abort();
    }
  }

  #refusal({ lane, kind }: JobOrder): FailCode | null {
    const { capacity, waitingMax } = this.#options;
    if (this.#stopped) return "stopping";
    if (lane !== this.#options.lane) return "lane_unknown";
    if (!this.#modules.prover.has(kind)) return "kind_unknown";
    return this.size < capacity + waitingMax ? null : "busy";
  }

  #start(item: Item): void {
    this.#working.add(item);
    void this.#work(item).then((outcome) => {
      // A job that was given back meanwhile must not be answered.
      if (!this.#working.delete(item)) return;
      this.#done(item, outcome);
      const next = this.#waiting.shift();
      if (next !== undefined) this.#start(next);
    });
  }

  async #work({ order, expiresAt, abort }: Item): Promise<Done["outcome"]> {
    const { prover, clock, failed } = this.#modules;
    const leftMs = expiresAt - clock.monotonicMs();
    if (leftMs <= 0) return { code: "deadline" };
    const timer = setTimeout(() => abort.abort(), Math.min(leftMs, TIMER_MAX_MS));
    try {
      return { answer: JSON.stringify(await prover.prove(order.kind, order.input, abort.signal)) };
    } catch (error) {
      if (abort.signal.aborted) return { code: "deadline" };
      failed(causeText(error));
      return { code: "prover_failed" };
    } finally {
      clearTimeout(timer);
    }
  }

  #done({ order, expiresAt }: Item, outcome: Done["outcome"]): void {
    this.#modules.done({ jobId: order.job_id, expiresAt, outcome });
  }
}
