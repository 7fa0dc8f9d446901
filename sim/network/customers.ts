import { AssayError } from "../../src/core/problems/assayError.ts";
import type { CustomerJob, CustomerState } from "../../src/flow/job.ts";
import type { JobRequest, JobView } from "../../src/http/handlers.ts";
import { drawLength, type SeededRandom } from "../engine/seededRandom.ts";
import type { SimWorld } from "../engine/world.ts";
import type { CustomerResult } from "../result.ts";
import type { CustomerSpec } from "../scenario.ts";
import type { SimValidator } from "../validator/simValidator.ts";
import { LANE } from "./lane.ts";
import { WaitTimes } from "./waitTimes.ts";

/** A customer tries again after this: at once refused, or unheard for so long; ms. */
const AGAIN_MS = { refused: 1000, unheard: 6000 } as const;

/** A job that has not ended. */
interface OpenJob {
  readonly askedAt: number;
  readonly request: JobRequest;
  /** Null until the validator has accepted it. */
  jobId: string | null;
  isCancelled: boolean;
}

export interface CustomerModules {
  readonly world: SimWorld;
  readonly random: SeededRandom;
  readonly validator: SimValidator;
  readonly kinds: number;
  readonly event: (event: string, data: object) => void;
}

/** One customer: it puts in jobs, at whichever process answers, and waits for their ends. */
export class Customer {
  readonly spec: CustomerSpec;
  readonly #modules: CustomerModules;
  readonly #open = new Map<string, OpenJob>();
  readonly #waits = new WaitTimes();
  readonly #ends = { done: 0, failed: 0, expired: 0, cancelled: 0 };
  #submitted = 0;

  constructor(spec: CustomerSpec, modules: CustomerModules) {
    this.spec = spec;
    this.#modules = modules;
  }

  /** Puts in one job after the other, from now on. */
  begin(): void {
    const { world, random } = this.#modules;
    world.line.after(drawLength(this.spec.every_ms, random.unit), () => {
      this.#ask();
      this.begin();
    });
  }

  /** A customer's job ended, of this customer or another. */
  ended({ clientKey, state, attempts }: CustomerJob): void {
    const open = this.#open.get(clientKey);
    if (open === undefined || state === "queued") return;
    const waitMs = this.#modules.world.line.now - open.askedAt;
    this.#end(clientKey, state);
    if (state === "done") this.#waits.add(waitMs);
    this.#modules.event("job", { customer: this.spec.name, state, attempts, wait_ms: waitMs });
  }

  result(): CustomerResult {
    return {
      ...{ name: this.spec.name, validator: this.#modules.validator.spec.name },
      ...{ submitted: this.#submitted, ...this.#ends, waiting: this.#open.size },
      median_wait_ms: this.#waits.quantile(0.5),
      p99_wait_ms: this.#waits.quantile(0.99),
    };
  }

  #ask(): void {
    const { world, random, kinds } = this.#modules;
    const clientKey = `${this.spec.name} ${++this.#submitted}`;
    const x = BigInt(`0x${Buffer.from(random.bytes(8)).toString("hex")}`).toString(36);
    const kind = `kind-${1 + Math.floor(random.unit() * kinds)}`;
    const deadline_s = this.spec.deadline_ms / 1000;
    const request = { lane: LANE, kind, input: { x }, client_key: clientKey, deadline_s };
    const open: OpenJob = { askedAt: world.line.now, request, jobId: null, isCancelled: false };
    this.#open.set(clientKey, open);
    this.#put(open);
    const { patience_ms: patience } = this.spec;
    if (patience !== null)
      world.line.after(drawLength(patience, random.unit), () => this.#cancel(clientKey, open));
  }

  /** The same key is the same job, so that a customer that heard nothing may ask again. */
  #put(open: OpenJob): void {
    const { world } = this.#modules;
    const { client_key: key } = open.request;
    if (this.#open.get(key) !== open) return;
    const isLate = world.line.now - open.askedAt >= this.spec.deadline_ms;
    if (isLate || open.isCancelled) {
      this.#end(key, isLate ? "expired" : "cancelled");
      return;
    }
    let isHeard = false;
    const heard = (view: JobView | null): void => {
      isHeard = true;
      if (view === null) world.line.after(AGAIN_MS.refused, () => this.#put(open));
      else this.#accepted(open, view);
    };
    const put = this.#request((jobs) => jobs.putJob({ owner: null }, open.request));
    if (put === null) heard(null);
    else world.spawn(put.then((answer) => heard(answer?.job ?? null)));
    world.line.after(AGAIN_MS.unheard, () => {
      if (!isHeard) this.#put(open);
    });
  }

  #accepted(open: OpenJob, { job_id, client_key }: JobView): void {
    open.jobId = job_id;
    if (open.isCancelled) this.#cancel(client_key, open);
  }

  #cancel(key: string, open: OpenJob): void {
    if (this.#open.get(key) !== open) return;
    open.isCancelled = true;
    const { jobId } = open;
    if (jobId === null) return;
    const { world } = this.#modules;
    const cancel = this.#request((jobs) => jobs.cancelJob({ owner: null }, jobId));
    if (cancel !== null) world.spawn(cancel);
    world.line.after(AGAIN_MS.unheard, () => this.#cancel(key, open));
  }

  /** Asks a process, another one each time; null when none answers. Resolves with null when it refuses. */
  #request<T>(ask: (jobs: Jobs) => Promise<T>): Promise<T | null> | null {
    const { validator, random } = this.#modules;
    const jobs = validator.processFrom(Math.floor(random.unit() * validator.processes.length))?.stages?.jobs;
    if (jobs === undefined) return null;
    return ask(jobs).catch((error: unknown) => {
      if (error instanceof AssayError) return null;
      throw error;
    });
  }

  #end(key: string, state: Exclude<CustomerState, "queued">): void {
    this.#open.delete(key);
    this.#ends[state]++;
  }
}

type Jobs = NonNullable<SimValidator["processes"][number]["stages"]>["jobs"];
