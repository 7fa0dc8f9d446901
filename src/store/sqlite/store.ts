import type { DrawGroup, EpochRecord, LogHead } from "../../flow/draw.ts";
import type {
  CustomerJob,
  CustomerUpdate,
  OpenSample,
  SampledEnd,
  WorkBucket,
  WorkDelta,
} from "../../flow/job.ts";
import type { StandingState, Suspension } from "../../flow/standing.ts";
import type {
  ChainedEntry,
  CustomerOutcome,
  IssuedPage,
  OperatorAction,
  RetentionBounds,
  Store,
  StoredMiner,
} from "../../flow/store.ts";
import type { StoredStrike } from "../../flow/strike.ts";
import type {
  AdmitOutcome,
  Decision,
  NewSubmission,
  PendingSubmission,
  Submission,
} from "../../flow/submission.ts";
import type { Credit, SignedVector, UnsignedVector } from "../../flow/weights.ts";
import type { Channel } from "./thread/channel.ts";

/** The port over the store's thread: every method is one call, but for retention, which goes in steps. */
export class SqliteStore implements Store {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  async admit(submission: NewSubmission): Promise<AdmitOutcome> {
    const { answer } = submission;
    const sent = { ...submission, answer: { encoding: answer.encoding, bytes: unshared(answer.bytes) } };
    const reply = await this.#channel.call("admit", [sent]);
    return reply.kind === "admitted" ? { kind: "admitted", submission: admitted(submission) } : reply;
  }

  decide(decision: Decision): Promise<Submission | null> {
    return this.#channel.call("decide", [decision]);
  }

  countTry(receiptId: string): Promise<number> {
    return this.#channel.call("countTry", [receiptId]);
  }

  pending(limit: number, except: ReadonlySet<string>): Promise<PendingSubmission[]> {
    return this.#channel.call("pending", [limit, except]);
  }

  submission(receiptId: string): Promise<Submission | null> {
    return this.#channel.call("submission", [receiptId]);
  }

  recordPage(page: IssuedPage): Promise<void> {
    return this.#channel.call("recordPage", [page]);
  }

  issuedPages(hotkey: string, epoch: number): Promise<IssuedPage[]> {
    return this.#channel.call("issuedPages", [hotkey, epoch]);
  }

  recordDraws(groups: readonly DrawGroup[]): Promise<void> {
    return this.#channel.call("recordDraws", [groups]);
  }

  endSamples(ends: readonly SampledEnd[]): Promise<string[]> {
    return this.#channel.call("endSamples", [ends]);
  }

  openSamples(limit: number): Promise<OpenSample[]> {
    return this.#channel.call("openSamples", [limit]);
  }

  addWork(deltas: readonly WorkDelta[]): Promise<void> {
    return this.#channel.call("addWork", [deltas]);
  }

  work(since: number): Promise<WorkBucket[]> {
    return this.#channel.call("work", [since]);
  }

  addCustomerJob(job: CustomerJob, queuedMax: number): Promise<CustomerOutcome> {
    return this.#channel.call("addCustomerJob", [job, queuedMax]);
  }

  customerJob(jobId: string): Promise<CustomerJob | null> {
    return this.#channel.call("customerJob", [jobId]);
  }

  queuedCustomerJobs(limit: number): Promise<CustomerJob[]> {
    return this.#channel.call("queuedCustomerJobs", [limit]);
  }

  updateCustomerJob(update: CustomerUpdate): Promise<void> {
    return this.#channel.call("updateCustomerJob", [update]);
  }

  commitEpoch(
    record: Omit<EpochRecord, "closed_at" | "revealed_key" | "log_head" | "log_length">,
  ): Promise<EpochRecord> {
    return this.#channel.call("commitEpoch", [record]);
  }

  addLogHead(head: LogHead): Promise<boolean> {
    return this.#channel.call("addLogHead", [head]);
  }

  logHeads(epoch: number): Promise<LogHead[]> {
    return this.#channel.call("logHeads", [epoch]);
  }

  closeEpoch(epoch: number, revealedKey: string, head: LogHead, at: number): Promise<EpochRecord | null> {
    return this.#channel.call("closeEpoch", [epoch, revealedKey, head, at]);
  }

  epoch(epoch: number): Promise<EpochRecord | null> {
    return this.#channel.call("epoch", [epoch]);
  }

  openEpochs(): Promise<EpochRecord[]> {
    return this.#channel.call("openEpochs", []);
  }

  logPage(epoch: number, after: number, limit: number): Promise<ChainedEntry[]> {
    return this.#channel.call("logPage", [epoch, after, limit]);
  }

  standingState(): Promise<StandingState> {
    return this.#channel.call("standingState", []);
  }

  suspend(suspension: Suspension): Promise<void> {
    return this.#channel.call("suspend", [suspension]);
  }

  release(hotkey: string, action: OperatorAction | null): Promise<number> {
    return this.#channel.call("release", [hotkey, action]);
  }

  dropMiners(hotkeys: readonly string[]): Promise<void> {
    return this.#channel.call("dropMiners", [hotkeys]);
  }

  dropEndedSuspensions(block: number): Promise<void> {
    return this.#channel.call("dropEndedSuspensions", [block]);
  }

  miner(hotkey: string): Promise<StoredMiner | null> {
    return this.#channel.call("miner", [hotkey]);
  }

  miners(after: string | null, limit: number): Promise<StoredMiner[]> {
    return this.#channel.call("miners", [after, limit]);
  }

  strikes(hotkey: string): Promise<StoredStrike[]> {
    return this.#channel.call("strikes", [hotkey]);
  }

  operatorActions(limit: number): Promise<OperatorAction[]> {
    return this.#channel.call("operatorActions", [limit]);
  }

  credits(since: number): Promise<Credit[]> {
    return this.#channel.call("credits", [since]);
  }

  recordIntent(vector: UnsignedVector): Promise<UnsignedVector> {
    return this.#channel.call("recordIntent", [vector]);
  }

  saveVector(vector: SignedVector): Promise<void> {
    return this.#channel.call("saveVector", [vector]);
  }

  vector(period: number): Promise<SignedVector | null> {
    return this.#channel.call("vector", [period]);
  }

  latestVector(): Promise<SignedVector | null> {
    return this.#channel.call("latestVector", []);
  }

  note(key: string): Promise<string | null> {
    return this.#channel.call("note", [key]);
  }

  setNote(key: string, value: string): Promise<void> {
    return this.#channel.call("setNote", [key, value]);
  }

  async applyRetention(bounds: RetentionBounds): Promise<{ dropped: number }> {
    let dropped = 0;
    for (;;) {
      const step = await this.#channel.call("retire", [bounds]);
      if (step === 0) return { dropped };
      dropped += step;
    }
  }

  ping(): Promise<void> {
    return this.#channel.call("ping", []);
  }

  close(): Promise<void> {
    return this.#channel.close();
  }
}

/** Bytes with a buffer of their own: a view would carry all of what it views to the thread. */
function unshared(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}

function admitted(submission: NewSubmission): PendingSubmission {
  const { idempotencyKey: _key, maxAttempts: _attempts, ...recorded } = submission;
  return {
    ...recorded,
    sampled: submission.draw.sampled,
    state: "pending",
    code: null,
    tries: 0,
    decidedAt: null,
  };
}
