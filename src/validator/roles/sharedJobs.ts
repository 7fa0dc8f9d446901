import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Counter, Metrics } from "../../core/metrics.ts";
import type { HoldReason } from "../../dispatch/bounds/holdReasons.ts";
import type { Dispatcher } from "../../dispatch/dispatcher.ts";
import type { Claims } from "../../flow/claims.ts";

/** The most jobs that wait here for a miner: the others are left to processes with a miner free. */
const WAITING_MAX = 64;
/** The most overdue jobs that are claimed at a time, to end them, and how often, ms. */
const OVERDUE_MAX = 64;
const OVERDUE_MS = 5000;
/** The most jobs that are remembered as tried by every miner here. */
const TRIED_MAX = 4096;

/** Why jobs would wait here for longer than for a miner to be done. */
const stops: ReadonlySet<HoldReason | null> = new Set([
  "draining",
  "storage_full",
  "paused",
  "height_unknown",
]);

export interface SharedJobsOptions {
  /** How long a job that every miner here has had is left to other processes, ms. */
  readonly againMs: number;
}

export interface SharedJobsModules {
  readonly store: Pick<Claims, "claimCustomerJobs" | "releaseCustomerJobs" | "lostCustomerJobs">;
  readonly node: { readonly token: number; takesWork(): boolean };
  readonly dispatcher: Pick<Dispatcher, "customers" | "addCustomer" | "stats">;
  /** Whether the clock is believed: otherwise no deadline has passed. */
  readonly isTrusted: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * The customers' jobs that this process has claimed from those that share the store: as many as its miners can take up soon, and
 * only kinds of work that they have. What cannot be handed out here is given back. A process that lost its lease forgets what it
 * had: others may have it by now, and the store takes no update of it.
 */
export class SharedJobs {
  readonly #options: SharedJobsOptions;
  readonly #modules: SharedJobsModules;
  /** Under which the jobs here were claimed. */
  #token: number | null = null;
  /** To be given back in the store. */
  readonly #owed = new Set<string>();
  /** Jobs that every miner here has had, and until when they are left to others; monotonic ms. */
  readonly #tried = new Map<string, number>();
  readonly #counts: Counter;
  #overdueAt = Number.NEGATIVE_INFINITY;

  constructor(options: SharedJobsOptions, modules: SharedJobsModules) {
    this.#options = options;
    this.#modules = modules;
    this.#counts = modules.metrics.counter(
      "assay_jobs_shared_total",
      "Customer jobs that this process claimed, gave back, lost to another or dropped with its lease",
      ["what"],
    );
  }

  /** Called at every nudge and every second, one call at a time. Rejects with `store_unavailable`. */
  async look(): Promise<void> {
    const token = this.#present();
    await this.#dropLost(token);
    await this.#giveBack(token);
    await this.#claim(token);
    await this.#endOverdue(token);
  }

  /** Takes jobs whose deadline has passed and that no process has, whatever miners there are: their end is recorded here. */
  async #endOverdue(token: number): Promise<void> {
    const { node, clock, isTrusted } = this.#modules;
    const now = clock.monotonicMs();
    if (now < this.#overdueAt || !node.takesWork() || !isTrusted()) return;
    this.#overdueAt = now + OVERDUE_MS;
    await this.#take(token, OVERDUE_MAX, { dueBy: clock.nowMs() });
  }

  /** The present token; what was claimed under another one is forgotten. */
  #present(): number {
    const { node, dispatcher, log } = this.#modules;
    const { token } = node;
    if (token === this.#token) return token;
    const had = dispatcher.customers.inHand().size;
    dispatcher.customers.endAll();
    this.#owed.clear();
    if (had > 0) log.warn("jobs_dropped_with_lease", { node: token, before: this.#token, jobs: had });
    this.#counts.add({ what: "dropped" }, had);
    this.#token = token;
    return token;
  }

  /** Jobs that were cancelled through another process. */
  async #dropLost(token: number): Promise<void> {
    const { store, dispatcher } = this.#modules;
    const waiting = dispatcher.customers.waiting();
    if (waiting.length === 0) return;
    const lost = await store.lostCustomerJobs(token, waiting);
    if (this.#token !== token) return;
    for (const jobId of lost) dispatcher.customers.ended(jobId);
    this.#counts.add({ what: "lost" }, lost.length);
  }

  async #giveBack(token: number): Promise<void> {
    const { store, dispatcher, clock } = this.#modules;
    const { customers } = dispatcher;
    const now = clock.monotonicMs();
    for (const jobId of this.#isOpen() ? [] : customers.waiting()) this.#owe(jobId);
    for (const [jobId, why] of customers.unserved()) {
      this.#owe(jobId);
      if (why === "had_by_all") this.#tried.set(jobId, now + this.#options.againMs);
    }
    this.#forget(now);
    if (this.#owed.size === 0) return;
    const owed = [...this.#owed];
    await store.releaseCustomerJobs(token, owed);
    for (const jobId of owed) this.#owed.delete(jobId);
    this.#counts.add({ what: "given_back" }, owed.length);
  }

  #owe(jobId: string): void {
    this.#modules.dispatcher.customers.ended(jobId);
    this.#owed.add(jobId);
  }

  /** The oldest first. */
  #forget(now: number): void {
    for (const [jobId, until] of this.#tried) {
      if (until > now && this.#tried.size <= TRIED_MAX) return;
      this.#tried.delete(jobId);
    }
  }

  async #claim(token: number): Promise<void> {
    const { customers } = this.#modules.dispatcher;
    if (!this.#isOpen()) return;
    const limit = customers.slots(WAITING_MAX) - customers.waiting().length;
    const kinds = limit > 0 ? customers.kinds() : [];
    if (kinds.length > 0) await this.#take(token, limit, { kinds });
  }

  /** Its own that are not in hand come too: of a claim before the store may have kept more than its answer said. */
  async #take(
    token: number,
    limit: number,
    choice: Parameters<Claims["claimCustomerJobs"]>[2],
  ): Promise<void> {
    const { store, node, dispatcher } = this.#modules;
    const except = dispatcher.customers.inHand();
    for (const jobId of [...this.#owed, ...this.#tried.keys()]) except.add(jobId);
    const jobs = await store.claimCustomerJobs(token, limit, { ...choice, except, own: true });
    // Those of a lease that is over are not this process's any more.
    if (node.token !== token || this.#token !== token) return;
    for (const job of jobs) dispatcher.addCustomer(job, true);
    this.#counts.add({ what: "claimed" }, jobs.length);
  }

  /** Whether this process hands out jobs. */
  #isOpen(): boolean {
    const { node, dispatcher } = this.#modules;
    return node.takesWork() && !stops.has(dispatcher.stats().holdReason);
  }
}
