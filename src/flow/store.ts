import type { CustomerToken, TokenUse } from "./customerToken.ts";
import type { ClosedEpochItem, DrawGroup, EpochRecord, LogEntry, LogHead } from "./draw.ts";
import type { HistoryRecords } from "./history.ts";
import type {
  CustomerJob,
  CustomerQuery,
  CustomerUpdate,
  OpenSample,
  SampledEnd,
  WorkBucket,
  WorkDelta,
} from "./job.ts";
import type { Fence } from "./leases.ts";
import type { SharedStore } from "./sharedStore.ts";
import type { MinerCounts, Sighting, StandingBounds, StandingState, Suspension } from "./standing.ts";
import type { LedgerStrike, StoredStrike } from "./strike.ts";
import type { AdmitOutcome, Decision, NewSubmission, PendingSubmission, Submission } from "./submission.ts";
import type { WeightPlans } from "./weightPlan.ts";
import type { Credit, SignedVector, UnsignedVector } from "./weights.ts";

/**
 * Issued challenges, for people and audits; nothing on the submit path reads it. One record per hotkey, epoch, lane and tier,
 * which a listing beyond it extends: from the least seq that was listed to the greatest.
 */
export interface IssuedPage {
  readonly lane: string;
  readonly hotkey: string;
  readonly epoch: number;
  readonly tier: number;
  /** First seq, inclusive. */
  readonly from: number;
  /** Last seq, exclusive. */
  readonly to: number;
  /** The last listing that extended it. */
  readonly at: number;
}

/** A line of an epoch's log with its number and its links in the hash chain. */
export type ChainedEntry = LogEntry & { readonly n: number; readonly prev: string; readonly hash: string };

/** Lines of a log as they are published. */
export interface LogText {
  /** Each with its newline. */
  readonly text: string;
  /** The number of the last line. */
  readonly last: number;
}

export interface StoredMiner extends Sighting {
  readonly counts: MinerCounts;
}

/** An action of the operator. */
export interface OperatorAction {
  readonly action: "suspend" | "release";
  readonly hotkey: string;
  readonly reason: string;
  readonly at: number;
}

export type CustomerOutcome =
  | { readonly kind: "added" | "replay"; readonly job: CustomerJob }
  | { readonly kind: "conflict" | "full" | "owner_full" };

/** The most queued customer jobs: of all, and of one token. */
export interface QueueBounds {
  readonly all: number;
  readonly perOwner: number;
}

/** What retention keeps. */
export interface RetentionBounds {
  /** Decided submissions, solves and logs of epochs before this one are dropped; pending rows never. */
  readonly beforeEpoch: number;
  /** So are those after this one: they belong to a count of shorter epochs. None when left out. */
  readonly afterEpoch?: number;
  /** Epochs on record with their end are dropped once closed, when they ended at or before this time, whatever their number. */
  readonly endedBefore?: number;
  /** Solves at or after this time are kept whatever their epoch: the weigh window needs them. */
  readonly keepSolvesSince: number;
  /** Ended customer jobs from before this time are dropped; queued ones never. */
  readonly keepJobsSince: number;
  /** Exhibits of strikes of earlier days are dropped; absent: none is. */
  readonly keepExhibitsSince?: number;
  /** Hotkeys last seen before this block are dropped with their strikes, unless suspended; absent: none is. */
  readonly keepSeenSince?: number;
  /** Sessions that expired at or before this time are dropped; absent: none is. */
  readonly sessionsEndedBy?: number;
}

/**
 * Durable records. Every write is durable (fsync'd) when its promise resolves; writes that arrive together
 * share one transaction. A failing store rejects with `store_unavailable`; a write whose commit failed
 * half way may still be found after a restart. A write with a fence is refused with `fenced_off`, and changes nothing, unless
 * that lease is held under that token.
 */
export interface Store extends WeightPlans, SharedStore, HistoryRecords {
  /**
   * One transaction: replay by idempotency key; else `epoch_expired` when the epoch is closed; else
   * `already_solved`, `already_answered` (maxAttempts 1) or `attempts_exhausted` (void ones not counted); else
   * records the pending row, its draw in the epoch's log, and the miner's sighting and count. What it is to spend is spent
   * first, whatever the outcome.
   */
  admit(submission: NewSubmission): Promise<AdmitOutcome>;
  /**
   * Ends a pending submission, pays it once, logs its verdict, records its strike (which forfeits the unverified
   * credit of the hotkey, as `forfeits` does). A second accepted answer of one challenge ends `void` with code `already_solved`.
   * Returns the row as it is then; null, with nothing changed, when it was not pending, or the node that decides does not own
   * it, or no longer lives.
   */
  decide(decision: Decision): Promise<Submission | null>;
  /** Counts a check that ended in `error`; returns the number of tries. */
  countTry(receiptId: string): Promise<number>;
  /** Undecided rows, oldest first, except those named. */
  pending(limit: number, except: ReadonlySet<string>): Promise<PendingSubmission[]>;
  submission(receiptId: string): Promise<Submission | null>;
  recordPage(page: IssuedPage): Promise<void>;
  issuedPages(hotkey: string, epoch: number): Promise<IssuedPage[]>;

  /**
   * Appends the draws of jobs about to be handed out to their epochs' logs and records the sampled ones as open. Rejects
   * with `epoch_expired`, recording none of the groups, when an epoch is closed.
   */
  recordDraws(groups: readonly DrawGroup[]): Promise<void>;
  /**
   * Ends open samples (a job at a hotkey), each once: verdict in the log, credit when accepted, strike (which forfeits the
   * unverified credit of its hotkey in every lane). Returns the ids that were open and have now ended; the others change
   * nothing.
   */
  endSamples(ends: readonly SampledEnd[]): Promise<string[]>;
  /** Sampled jobs without a verdict whose node no longer lives, for example after a crash. */
  openSamples(limit: number): Promise<OpenSample[]>;
  /**
   * Adds work to buckets of time, and updates the counts and sightings of its miners. Credit earned at or before a strike of
   * its hotkey is forfeited even if recorded later. Throws RangeError on amounts below 0 or not finite.
   */
  addWork(deltas: readonly WorkDelta[]): Promise<void>;
  /** Buckets that began at or after `since`. */
  work(since: number): Promise<WorkBucket[]>;

  /**
   * `replay` when the owner's client key is known with the same lane, kind and input, `conflict` with others; private inputs
   * are compared while the job has them. `full` at the bound on queued jobs, `owner_full` at that of a token.
   */
  addCustomerJob(job: CustomerJob, bounds: QueueBounds): Promise<CustomerOutcome>;
  customerJob(jobId: string): Promise<CustomerJob | null>;
  /** Null when `after` names no job. */
  customerJobs(query: CustomerQuery): Promise<CustomerJob[] | null>;
  /** Ends a queued job as cancelled; returns it as it is then, or null when there is none. */
  cancelCustomerJob(jobId: string, at: number): Promise<CustomerJob | null>;
  /** Queued jobs, oldest first; read at start. */
  queuedCustomerJobs(limit: number): Promise<CustomerJob[]>;
  /** False, with nothing changed, when it is not queued, or the node that says so does not own it, or no longer lives. */
  updateCustomerJob(update: CustomerUpdate): Promise<boolean>;

  /** Oldest first; retention drops revoked ones whose jobs are gone. */
  customerTokens(): Promise<CustomerToken[]>;
  /** False when `most` are on record. */
  addCustomerToken(token: CustomerToken, most: number): Promise<boolean>;
  /** The token as it is then, or null; one that is revoked keeps its time. */
  revokeCustomerToken(tokenId: string, at: number): Promise<CustomerToken | null>;
  useCustomerTokens(uses: readonly TokenUse[]): Promise<void>;

  /**
   * Records an epoch's commitment before anything uses it; returns the one on record, which may be older. Rejects with
   * `epoch_expired` when retention dropped the epoch: its key is public, so it must never decide again.
   */
  commitEpoch(
    record: Omit<EpochRecord, "closed_at" | "revealed_key" | "log_head" | "log_length">,
  ): Promise<EpochRecord>;
  /**
   * Records a signed head: the log's current head, or the hash of one of its last 4,096 lines. Records nothing and returns
   * false for any other hash, for a head not past the last recorded one, for an unknown or closed epoch, and for an epoch
   * that has all but the last of its `LOG_HEADS_MAX` heads.
   */
  addLogHead(head: LogHead, fence?: Fence): Promise<boolean>;
  /** Signed heads of an epoch, oldest first; the last one of a closed epoch is its final head. */
  logHeads(epoch: number): Promise<LogHead[]>;
  /**
   * One transaction: when the epoch has no pending row and no open sample, and its log still ends in the signed head, closes
   * it permanently and stores its key and that head. Returns the record as it is then (still open while rows are pending or
   * the head differs), or null when it was never committed. Throws RangeError on another epoch's head.
   */
  closeEpoch(
    epoch: number,
    revealedKey: string,
    head: LogHead,
    at: number,
    fence?: Fence,
  ): Promise<EpochRecord | null>;
  epoch(epoch: number): Promise<EpochRecord | null>;
  /** Whether the number is on record, or was: then it can never be committed again. */
  isEpochUsed(epoch: number): Promise<boolean>;
  openEpochs(): Promise<EpochRecord[]>;
  /** Closed epochs, the latest first, from before the given one (or the latest). */
  closedEpochs(before: number | null, limit: number): Promise<ClosedEpochItem[]>;
  /** Log lines after number `after` (-1 for all), in order. */
  logPage(epoch: number, after: number, limit: number): Promise<ChainedEntry[]>;
  /** The same lines as canonical JSON texts, one per line; some 64 kB at a time. Null after the last one. */
  logText(epoch: number, after: number): Promise<LogText | null>;

  /**
   * What judge needs at start, within bounds (8,192 hotkeys and 64 strikes of each, unless given), so that its size does not
   * depend on how many there were. Throws `store_corrupt` rather than leave out a damaged record.
   */
  standingState(bounds?: StandingBounds): Promise<StandingState>;
  /** Keeps the later `untilBlock`: a suspension is never shortened. Records the action of an operator. */
  suspend(suspension: Suspension): Promise<void>;
  /** An operator's action ends every suspension of the hotkey and is recorded; null ends only `unreachable` ones. Returns how many ended. */
  release(hotkey: string, action: OperatorAction | null): Promise<number>;
  dropMiners(hotkeys: readonly string[]): Promise<void>;
  /** Drops suspensions that ended at or before the block. */
  dropEndedSuspensions(block: number): Promise<void>;
  miner(hotkey: string): Promise<StoredMiner | null>;
  /** Miners by hotkey, after the given one (or from the start). */
  miners(after: string | null, limit: number): Promise<StoredMiner[]>;
  /** The newest 200, oldest first. */
  strikes(hotkey: string): Promise<StoredStrike[]>;
  /** The strikes as the JSON text of a `StrikeList`, their evidence as it was written. */
  strikesText(hotkey: string): Promise<string>;
  /** The newest strikes of all hotkeys with a number below `before`, the newest first. */
  strikeLedger(before: number | null, limit: number): Promise<LedgerStrike[]>;
  operatorActions(limit: number): Promise<OperatorAction[]>;

  /** Sum of accepted, unforfeited credit received after `since`, by lane and hotkey. */
  credits(since: number): Promise<Credit[]>;
  /** Records what is about to be signed; returns the intent on record for that epoch, which may be older. */
  recordIntent(vector: UnsignedVector, fence?: Fence): Promise<UnsignedVector>;
  saveVector(vector: SignedVector, fence?: Fence): Promise<void>;
  vector(period: number): Promise<SignedVector | null>;
  latestVector(): Promise<SignedVector | null>;
  /** The JSON text of the signed vector of a period, or of the last one, as it was written. */
  vectorText(period: number | null): Promise<string | null>;

  /** A small durable note, such as the fingerprint of the secret; null if never set. */
  note(key: string): Promise<string | null>;
  setNote(key: string, value: string, fence?: Fence): Promise<void>;

  applyRetention(bounds: RetentionBounds, fence?: Fence): Promise<{ dropped: number }>;
  /** Resolves when the store answers and can be written to; for readiness. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
