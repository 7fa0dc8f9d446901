import { AssayError } from "../../src/core/problems/assayError.ts";
import type { DrawGroup, EpochRecord, LogHead } from "../../src/flow/draw.ts";
import type {
  CustomerJob,
  CustomerUpdate,
  OpenSample,
  SampledEnd,
  WorkBucket,
  WorkDelta,
} from "../../src/flow/job.ts";
import type { Fence } from "../../src/flow/leases.ts";
import type { StandingState, Suspension } from "../../src/flow/standing.ts";
import type { CustomerOutcome, QueueBounds } from "../../src/flow/store.ts";
import { periodOf, type SignedVector, type UnsignedVector } from "../../src/flow/weights.ts";
import type { SimWorld } from "../engine/world.ts";
import { WorkBuckets } from "./buckets.ts";
import { type LineListener, ModelLog } from "./log.ts";
import { ModelMarks } from "./marks.ts";
import type { ModelledStore } from "./modelledStore.ts";
import { ModelCustomerJobs } from "./shared/customerJobs.ts";
import { ModelNodes } from "./shared/nodes.ts";
import { ModelStanding } from "./standing.ts";

interface Sample extends OpenSample {
  /** The node that drew it; 0: nobody. */
  readonly owner: number;
}

export interface StoreOptions {
  /** How long a commit takes. */
  readonly commitMs: number;
  /** A strike forfeits no credit: against the contract, for scenarios that show the effect. */
  readonly creditKept?: boolean;
  /** Called when a customer's job ended. */
  readonly ended?: (job: CustomerJob) => void;
}

/** Vectors kept; the weigher needs only the last ones. */
const VECTORS_KEPT = 8;

/**
 * The store's port in memory: the contract of `Store` for jobs, standing and vectors, with commits that take time. Records that a
 * validator no longer needs are dropped, so that a run of a year takes no more memory than one of a day.
 */
export class ModelStore implements ModelledStore {
  readonly log: ModelLog;
  /** The mark that a validator keeps beside its publishing key. */
  readonly marks = new ModelMarks();
  protected readonly nodeLeases: ModelNodes;
  protected readonly jobs: ModelCustomerJobs;
  protected readonly standing = new ModelStanding();
  readonly #world: SimWorld;
  readonly #options: StoreOptions;
  readonly #open = new Map<string, Sample>();
  readonly #work = new WorkBuckets();
  readonly #intents = new Map<number, UnsignedVector>();
  readonly #vectors = new Map<number, SignedVector>();
  readonly #notes = new Map<string, string>();

  constructor(world: SimWorld, options: StoreOptions, listener: LineListener) {
    this.#world = world;
    this.#options = options;
    this.log = new ModelLog(listener);
    this.nodeLeases = new ModelNodes(world.line.clock);
    this.jobs = new ModelCustomerJobs(this.nodeLeases, options.ended ?? (() => undefined));
  }

  /** Adds a miner that was known long before the simulation began. */
  known(hotkey: string, firstSeen: number, lastSeen: number): void {
    this.standing.known(hotkey, firstSeen, lastSeen);
  }

  recordDraws(groups: readonly DrawGroup[]): Promise<void> {
    return this.write(() => {
      const shut = groups.find(({ epoch }) => this.log.epoch(epoch)?.closed_at !== null);
      if (shut !== undefined)
        throw new AssayError({ code: "epoch_expired", epoch: shut.epoch, current: shut.epoch + 2 });
      for (const group of groups) this.#draw(group);
    });
  }

  endSamples(ends: readonly SampledEnd[]): Promise<string[]> {
    return this.write(() => ends.filter((end) => this.#end(end)).map(({ jobId }) => jobId));
  }

  /** Of nobody, and of nodes that are gone. */
  openSamples(limit: number): Promise<OpenSample[]> {
    const free = [...this.#open.values()].filter(({ owner }) => !this.nodeLeases.isAlive(owner));
    return this.read(free.slice(0, limit).map(({ owner: _, ...sample }) => sample));
  }

  addWork(deltas: readonly WorkDelta[]): Promise<void> {
    return this.write(() => {
      for (const { lane, hotkey, at, block, credit, debit, accepted, failed } of deltas) {
        // Work from before a strike that is recorded after it is forfeited too.
        const isForfeit = !this.#options.creditKept && this.standing.struckSince(hotkey, at);
        const amounts = { verified: 0, unverified: isForfeit ? 0 : credit, debit };
        this.#work.add({ lane, hotkey, at, ...amounts, results: accepted + failed });
        this.standing.sight(hotkey, block, accepted > 0);
      }
    });
  }

  work(since: number): Promise<WorkBucket[]> {
    return this.read(this.#work.since(since));
  }

  addCustomerJob(job: CustomerJob, bounds: QueueBounds): Promise<CustomerOutcome> {
    return this.write(() => this.jobs.add(job, bounds));
  }

  customerJob(jobId: string): Promise<CustomerJob | null> {
    return this.read(this.jobs.find(jobId));
  }

  cancelCustomerJob(jobId: string, at: number): Promise<CustomerJob | null> {
    return this.write(() => this.jobs.cancel(jobId, at));
  }

  queuedCustomerJobs(limit: number): Promise<CustomerJob[]> {
    return this.read(this.jobs.queued(limit));
  }

  updateCustomerJob(update: CustomerUpdate): Promise<boolean> {
    return this.write(() => this.jobs.update(update));
  }

  commitEpoch(
    record: Omit<EpochRecord, "closed_at" | "revealed_key" | "log_head" | "log_length">,
  ): Promise<EpochRecord> {
    return this.write(() => this.log.commit(record));
  }

  closeEpoch(
    epoch: number,
    revealedKey: string,
    head: LogHead,
    at: number,
    fence?: Fence,
  ): Promise<EpochRecord | null> {
    return this.fenced(fence, () => {
      for (const sample of this.#open.values()) if (sample.epoch === epoch) return this.log.epoch(epoch);
      return this.log.close(epoch, revealedKey, head, at);
    });
  }

  epoch(epoch: number): Promise<EpochRecord | null> {
    return this.read(this.log.epoch(epoch));
  }

  async isEpochUsed(epoch: number): Promise<boolean> {
    return (await this.epoch(epoch)) !== null;
  }

  openEpochs(): Promise<EpochRecord[]> {
    return this.read(this.log.open());
  }

  addLogHead(head: LogHead, fence?: Fence): Promise<boolean> {
    return this.fenced(fence, () => this.log.addHead(head));
  }

  logHeads(epoch: number): Promise<LogHead[]> {
    return this.read(this.log.heads(epoch));
  }

  standingState(): Promise<StandingState> {
    return this.read(this.standing.state());
  }

  suspend(suspension: Suspension): Promise<void> {
    return this.write(() => this.standing.suspend(suspension));
  }

  release(hotkey: string, action: object | null): Promise<number> {
    return this.write(() => {
      const kinds = action === null ? ["unreachable"] : ["strike", "unreachable", "operator"];
      return this.standing.release(hotkey, kinds);
    });
  }

  dropMiners(hotkeys: readonly string[]): Promise<void> {
    return this.write(() => this.standing.dropMiners(hotkeys));
  }

  dropEndedSuspensions(block: number): Promise<void> {
    return this.write(() => this.standing.dropEndedSuspensions(block));
  }

  /** No challenges are solved here. */
  credits(): Promise<[]> {
    return this.read([]);
  }

  recordIntent(vector: UnsignedVector, fence?: Fence): Promise<UnsignedVector> {
    return this.fenced(fence, () => keep(this.#intents, vector));
  }

  saveVector(vector: SignedVector, fence?: Fence): Promise<void> {
    return this.fenced(fence, () => void keep(this.#vectors, vector));
  }

  vector(period: number): Promise<SignedVector | null> {
    return this.read(this.#vectors.get(period) ?? null);
  }

  latestVector(): Promise<SignedVector | null> {
    return this.read([...this.#vectors.values()].at(-1) ?? null);
  }

  note(key: string): Promise<string | null> {
    return this.read(this.#notes.get(key) ?? null);
  }

  setNote(key: string, value: string, fence?: Fence): Promise<void> {
    return this.fenced(fence, () => void this.#notes.set(key, value));
  }

  #draw(group: DrawGroup): void {
    if (group.rows.length === 0) return;
    this.log.draws(group);
    const { epoch, lane, hotkeys, rows, node: owner = 0 } = group;
    for (const row of rows) {
      if (row.endsWith(" 0")) continue;
      const [index, jobId = ""] = row.split(" ");
      const hotkey = hotkeys[Number(index)] ?? "";
      this.#open.set(`${jobId} ${hotkey}`, { jobId, epoch, lane, hotkey, owner });
    }
  }

  /** False when the job is not open. */
  #end(end: SampledEnd): boolean {
    const key = `${end.jobId} ${end.hotkey}`;
    const sample = this.#open.get(key);
    if (sample === undefined) return false;
    this.#open.delete(key);
    this.log.verdict(sample, end);
    const { lane, hotkey } = sample;
    const { at, credit, state, verified } = end;
    const paid = verified ? { verified: credit, unverified: 0 } : { verified: 0, unverified: credit };
    if (state === "accepted") this.#work.add({ lane, hotkey, at, ...paid, debit: 0, results: 1 });
    const isAccepted = state === "accepted";
    if (end.answerSha256 !== null) this.standing.sight(hotkey, end.block, isAccepted);
    else if (isAccepted) this.standing.delivered(hotkey);
    if (end.strike !== null) this.standing.strike(end.strike);
    if ((end.strike !== null || end.forfeits) && !this.#options.creditKept)
      this.#work.forfeit(end.strike?.hotkey ?? hotkey);
    if (end.delivers !== undefined) this.jobs.update(end.delivers);
    return true;
  }

  /** Refused with `fenced_off` unless the lease is held under the token of the fence. */
  protected fenced<T>(fence: Fence | undefined, apply: () => T): Promise<T> {
    return this.write(() => {
      this.nodeLeases.require(fence);
      return apply();
    });
  }

  protected write<T>(apply: () => T): Promise<T> {
    return this.#world.later(this.#options.commitMs, apply);
  }

  protected read<T>(value: T): Promise<T> {
    this.#world.touch();
    return Promise.resolve(value);
  }
}

/** Keeps the first vector of a period. */
function keep<V extends UnsignedVector>(vectors: Map<number, V>, vector: V): V {
  const period = periodOf(vector);
  const known = vectors.get(period);
  if (known !== undefined) return known;
  vectors.set(period, vector);
  if (vectors.size > VECTORS_KEPT) vectors.delete(Math.min(...vectors.keys()));
  return vector;
}
