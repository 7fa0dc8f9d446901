import { AssayError } from "../../src/core/problems/assayError.ts";
import type { DrawGroup, EpochRecord, LogHead } from "../../src/flow/draw.ts";
import type { OpenSample, SampledEnd, WorkBucket, WorkDelta } from "../../src/flow/job.ts";
import type { Remembered, StandingState, Suspension } from "../../src/flow/standing.ts";
import type { StrikeRecord } from "../../src/flow/strike.ts";
import { periodOf, type SignedVector, type UnsignedVector } from "../../src/flow/weights.ts";
import type { SimWorld } from "../engine/world.ts";
import { WorkBuckets } from "./buckets.ts";
import { type LineListener, ModelLog } from "./log.ts";
import { ModelMarks } from "./marks.ts";
import type { ModelledStore } from "./modelledStore.ts";

interface Struck {
  readonly hotkey: string;
  readonly block: number;
  readonly at: number;
  counted: boolean;
}

export interface StoreOptions {
  /** How long a commit takes. */
  readonly commitMs: number;
  /** A strike forfeits no credit: against the contract, for scenarios that show the effect. */
  readonly creditKept?: boolean;
}

/** Vectors kept; the weigher needs only the last ones. */
const VECTORS_KEPT = 8;
/** Strikes kept per hotkey: as many as judge keeps. */
const STRIKES_KEPT = 64;

/**
 * The store's port in memory: the contract of `Store` for jobs, standing and vectors, with commits that take time. Records that a
 * validator no longer needs are dropped, so that a run of a year takes no more memory than one of a day.
 */
export class ModelStore implements ModelledStore {
  readonly log: ModelLog;
  /** The mark that a validator keeps beside its publishing key. */
  readonly marks = new ModelMarks();
  readonly #world: SimWorld;
  readonly #options: StoreOptions;
  readonly #open = new Map<string, OpenSample>();
  readonly #work = new WorkBuckets();
  readonly #sightings = new Map<string, Remembered>();
  readonly #suspensions = new Map<string, Suspension>();
  readonly #strikes = new Map<string, Struck[]>();
  readonly #intents = new Map<number, UnsignedVector>();
  readonly #vectors = new Map<number, SignedVector>();
  readonly #notes = new Map<string, string>();

  constructor(world: SimWorld, options: StoreOptions, listener: LineListener) {
    this.#world = world;
    this.#options = options;
    this.log = new ModelLog(listener);
  }

  /** Adds a miner that was known long before the simulation began. */
  known(hotkey: string, firstSeen: number, lastSeen: number): void {
    this.#sightings.set(hotkey, { hotkey, firstSeen, lastSeen, delivered: true });
  }

  recordDraws(groups: readonly DrawGroup[]): Promise<void> {
    return this.#write(() => {
      const shut = groups.find(({ epoch }) => this.log.epoch(epoch)?.closed_at !== null);
      if (shut !== undefined)
        throw new AssayError({ code: "epoch_expired", epoch: shut.epoch, current: shut.epoch + 2 });
      for (const group of groups) this.#draw(group);
    });
  }

  endSamples(ends: readonly SampledEnd[]): Promise<string[]> {
    return this.#write(() => ends.filter((end) => this.#end(end)).map(({ jobId }) => jobId));
  }

  openSamples(limit: number): Promise<OpenSample[]> {
    return this.#read([...this.#open.values()].slice(0, limit));
  }

  addWork(deltas: readonly WorkDelta[]): Promise<void> {
    return this.#write(() => {
      for (const { lane, hotkey, at, block, credit, debit, accepted, failed } of deltas) {
        // Work from before a strike that is recorded after it is forfeited too.
        const isForfeit = !this.#options.creditKept && this.#struckSince(hotkey, at);
        const amounts = { verified: 0, unverified: isForfeit ? 0 : credit, debit };
        this.#work.add({ lane, hotkey, at, ...amounts, results: accepted + failed });
        this.#sight(hotkey, block, accepted > 0);
      }
    });
  }

  work(since: number): Promise<WorkBucket[]> {
    return this.#read(this.#work.since(since));
  }

  /** There are no customer jobs here. */
  queuedCustomerJobs(): Promise<[]> {
    return this.#read([]);
  }

  async updateCustomerJob(): Promise<boolean> {
    return false;
  }

  commitEpoch(
    record: Omit<EpochRecord, "closed_at" | "revealed_key" | "log_head" | "log_length">,
  ): Promise<EpochRecord> {
    return this.#write(() => this.log.commit(record));
  }

  closeEpoch(epoch: number, revealedKey: string, head: LogHead, at: number): Promise<EpochRecord | null> {
    return this.#write(() => {
      for (const sample of this.#open.values()) if (sample.epoch === epoch) return this.log.epoch(epoch);
      return this.log.close(epoch, revealedKey, head, at);
    });
  }

  epoch(epoch: number): Promise<EpochRecord | null> {
    return this.#read(this.log.epoch(epoch));
  }

  async isEpochUsed(epoch: number): Promise<boolean> {
    return (await this.epoch(epoch)) !== null;
  }

  openEpochs(): Promise<EpochRecord[]> {
    return this.#read(this.log.open());
  }

  addLogHead(head: LogHead): Promise<boolean> {
    return this.#write(() => this.log.addHead(head));
  }

  logHeads(epoch: number): Promise<LogHead[]> {
    return this.#read(this.log.heads(epoch));
  }

  standingState(): Promise<StandingState> {
    return this.#read({
      sightings: [...this.#sightings.values()],
      suspensions: [...this.#suspensions.values()],
      strikes: [...this.#strikes.values()].flat(),
    });
  }

  suspend(suspension: Suspension): Promise<void> {
    return this.#write(() => this.#suspend(suspension));
  }

  release(hotkey: string, action: object | null): Promise<number> {
    return this.#write(() => {
      const kinds = action === null ? ["unreachable"] : ["strike", "unreachable", "operator"];
      return kinds.filter((kind) => this.#suspensions.delete(`${hotkey} ${kind}`)).length;
    });
  }

  dropMiners(hotkeys: readonly string[]): Promise<void> {
    return this.#write(() => {
      for (const hotkey of hotkeys) {
        this.#sightings.delete(hotkey);
        this.#strikes.delete(hotkey);
      }
    });
  }

  dropEndedSuspensions(block: number): Promise<void> {
    return this.#write(() => {
      for (const [key, { untilBlock }] of this.#suspensions)
        if (untilBlock <= block) this.#suspensions.delete(key);
    });
  }

  /** No challenges are solved here. */
  credits(): Promise<[]> {
    return this.#read([]);
  }

  recordIntent(vector: UnsignedVector): Promise<UnsignedVector> {
    return this.#write(() => keep(this.#intents, vector));
  }

  saveVector(vector: SignedVector): Promise<void> {
    return this.#write(() => void keep(this.#vectors, vector));
  }

  vector(period: number): Promise<SignedVector | null> {
    return this.#read(this.#vectors.get(period) ?? null);
  }

  latestVector(): Promise<SignedVector | null> {
    return this.#read([...this.#vectors.values()].at(-1) ?? null);
  }

  note(key: string): Promise<string | null> {
    return this.#read(this.#notes.get(key) ?? null);
  }

  setNote(key: string, value: string): Promise<void> {
    return this.#write(() => void this.#notes.set(key, value));
  }

  #struckSince(hotkey: string, at: number): boolean {
    return this.#strikes.get(hotkey)?.some((strike) => strike.at >= at) ?? false;
  }

  #draw(group: DrawGroup): void {
    if (group.rows.length === 0) return;
    this.log.draws(group);
    const { epoch, lane, hotkeys, rows } = group;
    for (const row of rows) {
      if (row.endsWith(" 0")) continue;
      const [index, jobId = ""] = row.split(" ");
      const hotkey = hotkeys[Number(index)] ?? "";
      this.#open.set(`${jobId} ${hotkey}`, { jobId, epoch, lane, hotkey });
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
    const known = this.#sightings.get(hotkey);
    const isAccepted = state === "accepted";
    if (end.answerSha256 !== null) this.#sight(hotkey, end.block, isAccepted);
    else if (known !== undefined && isAccepted) this.#sightings.set(hotkey, { ...known, delivered: true });
    if (end.strike !== null) this.#strike(end.strike);
    else if (end.forfeits && !this.#options.creditKept) this.#work.forfeit(hotkey);
    return true;
  }

  #strike({ hotkey, block, at, suspendUntil, evidence }: StrikeRecord): void {
    const strikes = this.#strikes.get(hotkey) ?? [];
    this.#strikes.set(hotkey, strikes);
    strikes.push({ hotkey, block, at, counted: true });
    if (strikes.length > STRIKES_KEPT) strikes.shift();
    if (!this.#options.creditKept) this.#work.forfeit(hotkey);
    if (suspendUntil === null) return;
    const reason = evidence.verdict.code;
    this.#suspend({ hotkey, kind: "strike", untilBlock: suspendUntil, reason, by: "judge", at });
    for (const strike of strikes) strike.counted = false;
  }

  /** Never shortens a suspension. */
  #suspend(suspension: Suspension): void {
    const key = `${suspension.hotkey} ${suspension.kind}`;
    const known = this.#suspensions.get(key);
    if (known === undefined || known.untilBlock < suspension.untilBlock)
      this.#suspensions.set(key, suspension);
  }

  #sight(hotkey: string, block: number, accepted: boolean): void {
    const known = this.#sightings.get(hotkey);
    const firstSeen = known?.firstSeen ?? block;
    const lastSeen = Math.max(block, known?.lastSeen ?? block);
    const delivered = accepted || (known?.delivered ?? false);
    this.#sightings.set(hotkey, { hotkey, firstSeen, lastSeen, delivered });
  }

  #write<T>(apply: () => T): Promise<T> {
    return this.#world.later(this.#options.commitMs, apply);
  }

  #read<T>(value: T): Promise<T> {
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
