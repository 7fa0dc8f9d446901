import type { JobChoice } from "../../../src/flow/claims.ts";
import type { CustomerJob, CustomerUpdate } from "../../../src/flow/job.ts";
import type { CustomerOutcome, QueueBounds } from "../../../src/flow/store.ts";
import { boundedAnswer, isSameJob, ownedKey } from "../../../src/store/records/customerJob.ts";
import type { ModelNodes } from "./nodes.ts";

interface Row {
  job: CustomerJob;
  /** The node that has claimed it; 0: nobody. */
  claimant: number;
}

/** Jobs kept once ended, for those that ask again. */
const ENDED_KEPT = 1024;

/** Customers' jobs, and which process has which. */
export class ModelCustomerJobs {
  readonly #nodes: ModelNodes;
  readonly #ended: (job: CustomerJob) => void;
  /** In the order in which they were put in; queued ones and the last that ended. */
  readonly #rows = new Map<string, Row>();
  readonly #byKey = new Map<string, string>();
  readonly #queued = new Set<Row>();
  readonly #over: string[] = [];

  constructor(nodes: ModelNodes, ended: (job: CustomerJob) => void) {
    this.#nodes = nodes;
    this.#ended = ended;
  }

  add(job: CustomerJob, bounds: QueueBounds): CustomerOutcome {
    const known = this.find(this.#byKey.get(ownedKey(job)) ?? "");
    if (known !== null) return isSameJob(known, job) ? { kind: "replay", job: known } : { kind: "conflict" };
    if (this.#queued.size >= bounds.all) return { kind: "full" };
    const isOwn = ({ job: { owner } }: Row): boolean => owner === job.owner;
    if (job.owner !== null && [...this.#queued].filter(isOwn).length >= bounds.perOwner)
      return { kind: "owner_full" };
    if (this.#rows.has(job.jobId)) throw new RangeError(`job ${job.jobId} is another one's`);
    const row = { job, claimant: 0 };
    this.#rows.set(job.jobId, row);
    this.#byKey.set(ownedKey(job), job.jobId);
    this.#queued.add(row);
    return { kind: "added", job };
  }

  find(jobId: string): CustomerJob | null {
    return this.#rows.get(jobId)?.job ?? null;
  }

  cancel(jobId: string, at: number): CustomerJob | null {
    const attempts = this.find(jobId)?.attempts ?? 0;
    const none = { answer: null, verified: null, hotkey: null };
    this.update({ jobId, attempts, state: "cancelled", code: "cancelled", endedAt: at, ...none });
    return this.find(jobId);
  }

  queued(limit: number): CustomerJob[] {
    return this.#oldest(() => true)
      .slice(0, limit)
      .map(({ job }) => job);
  }

  /** False when the job has ended, or is not the node's. */
  update({ node, jobId, answer, ...change }: CustomerUpdate): boolean {
    const row = this.#rows.get(jobId);
    if (node !== undefined && (!this.#nodes.isAlive(node) || row?.claimant !== node)) return false;
    if (row === undefined || row.job.state !== "queued") return false;
    const privateInput = change.state === "queued" ? row.job.privateInput : null;
    row.job = { ...row.job, ...change, answer: boundedAnswer(answer), privateInput };
    if (change.state !== "queued") this.#end(row);
    return true;
  }

  claim(node: number, limit: number, { kinds, except, dueBy, own }: JobChoice = {}): CustomerJob[] {
    if (!this.#nodes.isAlive(node)) return [];
    const wanted = this.#oldest(({ job, claimant }) => {
      if (this.#nodes.isAlive(claimant) && !(own && claimant === node)) return false;
      if (dueBy !== undefined && (job.deadlineAt === null || job.deadlineAt > dueBy)) return false;
      if (except?.has(job.jobId)) return false;
      return kinds?.some(({ lane, kind }) => lane === job.lane && kind === job.kind) ?? true;
    }).slice(0, limit);
    for (const row of wanted) row.claimant = node;
    return wanted.map(({ job }) => job);
  }

  release(node: number, jobIds: readonly string[]): void {
    for (const jobId of jobIds) {
      const row = this.#rows.get(jobId);
      if (row?.claimant === node) row.claimant = 0;
    }
  }

  lost(node: number, jobIds: readonly string[]): string[] {
    return jobIds.filter((jobId) => {
      const row = this.#rows.get(jobId);
      return row?.job.state !== "queued" || row.claimant !== node;
    });
  }

  #oldest(isWanted: (row: Row) => boolean): Row[] {
    return [...this.#queued].filter(isWanted).toSorted((a, b) => a.job.createdAt - b.job.createdAt);
  }

  #end(row: Row): void {
    this.#queued.delete(row);
    this.#over.push(row.job.jobId);
    for (const jobId of this.#over.splice(0, this.#over.length - ENDED_KEPT)) {
      const old = this.find(jobId);
      this.#rows.delete(jobId);
      if (old !== null) this.#byKey.delete(ownedKey(old));
    }
    this.#ended(row.job);
  }
}
