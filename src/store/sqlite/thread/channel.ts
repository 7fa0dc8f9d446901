import { setTimeout as sleep } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import type { Clock } from "../../../core/clock.ts";
import type { Log } from "../../../core/log.ts";
import type { Metrics } from "../../../core/metrics.ts";
import { AssayError, causeText } from "../../../core/problems/assayError.ts";
import type { Fence } from "../../../flow/leases.ts";
import type { RetentionBounds, Store } from "../../../flow/store.ts";
import type { AdmitOutcome, NewSubmission } from "../../../flow/submission.ts";
import { boundsOfJudge, loadStanding } from "../../loadStanding.ts";
import { Listeners, telling } from "../../nudges.ts";
import { admitted } from "../../records/admitted.ts";
import { type Failure, fromFailure, unavailable } from "../failure.ts";
import type { ArgsOf, OperationName, ResultOf } from "../tables/operations.ts";
import type { Call, FromThread, ToThread } from "./messages.ts";

interface Ends {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A call without an answer. */
interface Waiting {
  readonly since: number;
  /** Null once it was answered: outgrown tables of the map of calls refer to this object until a full collection. */
  ends: Ends | null;
}

export interface ChannelOptions {
  readonly queueMax: number;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly lost?: (cause: unknown) => void;
}

/** `closing` takes no new calls but answers those it has; `lost` answers none. */
type ChannelState = "open" | "closing" | "lost";

function storeMetrics(metrics: Metrics) {
  return {
    waiting: metrics.gauge("assay_store_waiting", "Calls that the store's thread has not answered"),
    refused: metrics.counter("assay_store_refused_total", "Calls refused because too many were waiting"),
    failed: metrics.counter("assay_store_failed_total", "Calls that the store failed"),
    writes: metrics.counter("assay_store_writes_total", "Writes; per group, the mean size of a group"),
    groups: metrics.counter("assay_store_groups_total", "Transactions that held the writes"),
    group: metrics.histogram("assay_store_group_seconds", "From a group's first write to its commit"),
    wait: metrics.histogram("assay_store_wait_seconds", "Wait of the first of the calls answered together"),
  };
}

/** Calls to the store's thread: those of one turn of the event loop share a message. */
export class Channel {
  readonly #worker: Worker;
  readonly #options: ChannelOptions;
  readonly #metrics: ReturnType<typeof storeMetrics>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  #outbox: Call[] = [];
  #nextId = 0;
  #state: ChannelState = "open";

  constructor(worker: Worker, options: ChannelOptions) {
    this.#worker = worker;
    this.#options = options;
    this.#metrics = storeMetrics(options.metrics);
    worker.on("message", (message: FromThread) => this.#receive(message));
    worker.on("error", (error) => this.#lose(error));
    worker.on("messageerror", (error) => this.#lose(error));
    this.#exited = new Promise((resolve) => {
      worker.once("exit", () => {
        this.#lose(new Error("the store's thread ended"));
        resolve();
      });
    });
  }

  /** Rejects with `store_unavailable` when too many calls wait or the thread is gone. */
  call<K extends OperationName>(name: K, args: ArgsOf<K>): Promise<ResultOf<K>> {
    if (this.#state !== "open") return Promise.reject(new AssayError(unavailable()));
    if (this.#waiting.size >= this.#options.queueMax) {
      this.#metrics.refused.add();
      return Promise.reject(new AssayError(unavailable()));
    }
    const id = this.#nextId++;
    const since = this.#options.clock.monotonicMs();
    if (this.#outbox.push([id, name, args]) === 1) setImmediate(() => this.#flush());
    return new Promise((resolve, reject) => {
      const ends = { resolve: (value: unknown) => resolve(value as ResultOf<K>), reject };
      this.#waiting.set(id, { since, ends });
    });
  }

  /** Answers the waiting calls, then stops the thread; resolves when it has ended. */
  async close(): Promise<void> {
    if (this.#state === "open") {
      this.#flush();
      this.#state = "closing";
      this.#post("close");
    }
    await this.#exited;
  }

  #flush(): void {
    const calls = this.#outbox;
    if (calls.length === 0) return;
    this.#outbox = [];
    this.#metrics.waiting.set(this.#waiting.size);
    try {
      this.#post(calls);
    } catch {
      // One of them holds data that cannot cross threads: only that one fails.
      for (const call of calls) this.#postAlone(call);
    }
  }

  #postAlone(call: Call): void {
    try {
      this.#post([call]);
    } catch (error) {
      this.#settle(call[0])?.reject(new TypeError(`${call[1]}: ${causeText(error)}`));
    }
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #settle(id: number): Ends | null {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return null;
    this.#waiting.delete(id);
    const { ends } = waiting;
    waiting.ends = null;
    return ends;
  }

  #receive(message: FromThread): void {
    if (message.kind !== "round") return;
    const oldest = this.#waiting.get(message.replies[0]?.[0] ?? -1);
    if (oldest) this.#metrics.wait.observe((this.#options.clock.monotonicMs() - oldest.since) / 1000);
    for (const [id, failure, value] of message.replies) {
      const ends = this.#settle(id);
      if (failure === null) ends?.resolve(value);
      else ends?.reject(this.#failed(failure));
    }
    this.#metrics.waiting.set(this.#waiting.size);
    if (message.group === null) return;
    this.#metrics.groups.add();
    this.#metrics.writes.add({}, message.group.writes);
    this.#metrics.group.observe(message.group.seconds);
  }

  #failed(failure: Failure): Error {
    this.#metrics.failed.add();
    if (failure.kind === "problem") this.#options.log.error("store_call_failed", failure);
    return fromFailure(failure);
  }

  /** The thread has ended: calls under way may or may not be recorded, and are rejected with `store_unavailable`. */
  #lose(cause: unknown): void {
    if (this.#state === "lost") return;
    const wasOpen = this.#state === "open";
    if (this.#state === "open" || this.#waiting.size > 0) {
      this.#options.log.error("store_thread_lost", { cause: causeText(cause) });
    }
    this.#state = "lost";
    this.#outbox = [];
    for (const { ends } of this.#waiting.values()) ends?.reject(new AssayError(unavailable(), { cause }));
    this.#waiting.clear();
    this.#metrics.waiting.set(0);
    if (wasOpen) this.#options.lost?.(cause);
  }
}

/** As long as a step of retention takes. */
const RETIRE_PAUSE_MS = 10;

/** Methods of the port that map to one call of the same name. */
const plain = [
  ...["decide", "countTry", "pending", "submission", "recordPage", "issuedPages"],
  ...["recordDraws", "endSamples", "openSamples", "addWork", "work"],
  ...["addCustomerJob", "customerJob", "customerJobs", "cancelCustomerJob"],
  ...["queuedCustomerJobs", "updateCustomerJob"],
  ...["customerTokens", "addCustomerToken", "revokeCustomerToken", "useCustomerTokens"],
  ...[
    "commitEpoch",
    "addLogHead",
    "logHeads",
    "closeEpoch",
    "epoch",
    "isEpochUsed",
    "openEpochs",
    "closedEpochs",
    "logPage",
    "logText",
  ],
  ...["suspend", "release", "dropMiners", "dropEndedSuspensions"],
  ...["miner", "miners", "strikes", "strikesText", "strikeLedger", "operatorActions", "credits"],
  ...["addHistory", "history", "minerReasons", "storeBytes"],
  ...["weightPlan", "openWeightPlans", "weightPlans", "saveWeightPlan"],
  ...["recordIntent", "saveVector", "vector", "latestVector", "vectorText", "note", "setNote", "ping"],
] as const satisfies readonly (OperationName & keyof Store)[];

/** Methods of what processes share. */
const shared = [
  ...["joinNode", "renewNode", "leaveNode", "nodes", "orderNode", "takeLease", "releaseLease"],
  ...["claim", "undecided", "claimCustomerJobs", "releaseCustomerJobs", "lostCustomerJobs"],
  ...["saveSession", "session"],
  ...["takeStream", "lostStreams", "unservedHotkeys", "dropStream"],
  ...["spend", "standingChanges", "standingOf", "strikesSince"],
  ...["alerts", "saveAlerts", "alertEvents", "muteAlert", "unmuteAlert", "tellAlerts"],
  ...["noteStart", "processStarts", "reportProcess", "processReports", "schemaVersion"],
] as const satisfies readonly (OperationName & keyof Store)[];

type Plain = Pick<Store, (typeof plain)[number] | (typeof shared)[number]>;

/** The store port over the store's thread. */
export function storeOver(channel: Channel): Store {
  const call =
    (name: OperationName) =>
    (...args: ArgsOf<OperationName>) =>
      channel.call(name, args);
  const listeners = new Listeners();
  const calls = {
    ...(Object.fromEntries([...plain, ...shared].map((name) => [name, call(name)])) as unknown as Plain),
    async admit(submission: NewSubmission): Promise<AdmitOutcome> {
      const { encoding, bytes } = submission.answer;
      const reply = await channel.call("admit", [
        { ...submission, answer: { encoding, bytes: unshared(bytes) } },
      ]);
      return reply.kind === "admitted" ? { kind: "admitted", submission: admitted(submission) } : reply;
    },
    /** In steps with a pause after each: half of the time is left to others, and no call waits for two steps. */
    async applyRetention(bounds: RetentionBounds, fence?: Fence): Promise<{ dropped: number }> {
      let dropped = 0;
      for (;;) {
        const step = await channel.call("retire", [bounds, fence]);
        if (step === 0) return { dropped };
        dropped += step;
        await sleep(RETIRE_PAUSE_MS);
      }
    },
    standingState: (bounds = boundsOfJudge) => loadStanding((name, args) => channel.call(name, args), bounds),
    listen: (topic, heard) => listeners.listen(topic, heard),
    close: () => channel.close(),
  } satisfies Store;
  return { ...calls, ...telling(calls, listeners) };
}

/** Bytes with their own buffer: of a view the whole underlying buffer would be copied to the thread. */
function unshared(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}
