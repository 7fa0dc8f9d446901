import { silentLog } from "../../../src/core/log.ts";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import { Dispatcher } from "../../../src/dispatch/dispatcher.ts";
import type { DispatcherOptions, DispatchModules } from "../../../src/dispatch/ports.ts";
import { parseState } from "../../../src/dispatch/records/savedState.ts";
import type { DrawClass, DrawGroup } from "../../../src/flow/draw.ts";
import type { IntakeStop } from "../../../src/flow/intake.ts";
import type {
  AnsweredJob,
  CustomerJob,
  CustomerUpdate,
  OpenSample,
  WorkDelta,
} from "../../../src/flow/job.ts";
import type { Conclusion } from "../../../src/flow/jobEnd.ts";
import { cheatCode, type PushLane } from "../../../src/flow/lane.ts";
import type { Verdict } from "../../../src/flow/verdict.ts";
import { decide, sampleKey } from "../../../src/sample/draw.ts";
import { type Rates, ratesOf } from "../../../src/sample/policy.ts";
import { Counts } from "../counts.ts";
import { FakeClock } from "../fakeClock.ts";
import { namedPushLane } from "../lanes/namedPush.ts";
import { SeededRandom } from "./cap/queueing.ts";
import { FakeLink } from "./link.ts";

export const valid: Verdict = { outcome: "valid" };
export const invalid: Verdict = { outcome: "invalid", code: "proof_rejected" };
export const error: Verdict = { outcome: "error", code: "check_crashed" };

const defaults: DispatcherOptions = {
  ceiling: null,
  bytesInFlight: 1 << 28,
  retries: { customer: 20, benchmark: 5 },
  maxDeadlineMs: 180_000,
  reconnectGraceMs: 10_000,
  queuedMax: 10_000,
  againMs: 60_000,
};

const down = () => new AssayError({ code: "store_unavailable", retry_after_s: 1 });

/** Records in memory: what a write finds out is up to the test. */
export class MemoryRecords {
  readonly draws: DrawGroup[][] = [];
  readonly work: WorkDelta[][] = [];
  readonly customers: CustomerUpdate[] = [];
  readonly notes = new Map<string, string>();
  /** Customers' jobs that are not this process's. */
  refuses: ReadonlySet<string> = new Set();
  /** What a write waits for. */
  held: Promise<void> | null = null;
  /** What a write is refused with. */
  refuse: (what: "draws" | "work" | "customer") => Error | null = () => null;

  async recordDraws(groups: readonly DrawGroup[]): Promise<void> {
    await this.#write("draws");
    this.draws.push([...groups]);
  }

  async addWork(deltas: readonly WorkDelta[]): Promise<void> {
    await this.#write("work");
    this.work.push([...deltas]);
  }

  async updateCustomerJob(update: CustomerUpdate): Promise<boolean> {
    await this.#write("customer");
    if (this.refuses.has(update.jobId)) return false;
    this.customers.push(update);
    return true;
  }

  async note(key: string): Promise<string | null> {
    return this.notes.get(key) ?? null;
  }

  async setNote(key: string, value: string): Promise<void> {
    this.notes.set(key, value);
  }

  /** `{job id} {1 if sampled}` of every row, in order. */
  rows(): string[] {
    return this.draws
      .flat()
      .flatMap(({ rows }) => rows)
      .map((row) => row.split(" ").filter((_, i) => i === 1 || i === 3))
      .map((parts) => parts.join(" "));
  }

  /** A hotkey's sums over all records. */
  sums(hotkey: string): { credit: number; debit: number; accepted: number; failed: number } {
    const sums = { credit: 0, debit: 0, accepted: 0, failed: 0 };
    for (const delta of this.work.flat().filter((delta) => delta.hotkey === hotkey)) {
      for (const name of ["credit", "debit", "accepted", "failed"] as const) sums[name] += delta[name];
    }
    return sums;
  }

  async #write(what: "draws" | "work" | "customer"): Promise<void> {
    if (this.held !== null) await this.held;
    const refusal = this.refuse(what);
    if (refusal !== null) throw refusal;
  }
}

export interface WorldOptions extends Partial<DispatcherOptions> {
  /** Share of the jobs that is sampled, as the policy writes it. */
  readonly rate?: string;
  /** The same of the jobs of customers. */
  readonly customerRate?: string;
  readonly lanes?: readonly PushLane[];
  readonly saved?: string | null;
  readonly clock?: FakeClock;
}

export interface Checked {
  readonly job: AnsweredJob;
  tell(verdict: Verdict): void;
}

/** A lane whose jobs are made from their seeds. */
export function proveLane(name = "prove", more: Partial<PushLane> = {}): PushLane {
  return namedPushLane(name, 1, {
    issue: (seed) => ({ kind: "square", input: { x: String(seed) } }),
    ...more,
  });
}

/** A dispatcher with everything around it in memory; the real parts inside. */
export class World {
  readonly clock: FakeClock;
  readonly metrics = new Counts();
  readonly records = new MemoryRecords();
  readonly suspended = new Set<string>();
  /** Hotkeys with a cheat being recorded. */
  readonly caught = new Set<string>();
  readonly classes = new Map<string, DrawClass[]>();
  /** Sampled answers that wait for a verdict. */
  readonly checks: Checked[] = [];
  readonly concluded: { readonly job: AnsweredJob; readonly verdict: Verdict }[] = [];
  readonly unanswered: { readonly sample: OpenSample; readonly code: string }[] = [];
  readonly unreachable: string[] = [];
  readonly lanes: ReadonlyMap<string, PushLane>;
  readonly dispatcher: Dispatcher;
  block: number | null = 1000;
  intakeStop: IntakeStop | null = null;
  epoch = 7;
  hasRoom = true;
  memory: number | null = null;
  /** Thrown instead of a draw. */
  drawFault: AssayError | null = null;
  /** Seen before a sampled end is recorded. */
  concluding: () => Promise<void> = async () => {};
  /** Instead of what the verdict means, as when the store does not take it before the end. */
  concludesAs: Conclusion | null = null;
  readonly #soon: (() => void)[] = [];
  readonly #rates: Rates;
  readonly #keys = new Map<number, ReturnType<typeof sampleKey>>();

  constructor({
    rate = "0",
    customerRate = "1",
    lanes = [proveLane()],
    saved = null,
    clock,
    ...options
  }: WorldOptions = {}) {
    this.clock = clock ?? new FakeClock(1_700_000_000_000);
    this.lanes = new Map(lanes.map((lane) => [lane.name, lane]));
    this.#rates = ratesOf({
      lanes: Object.fromEntries(lanes.map(({ name }) => [name, rate])),
      classes: { customer: customerRate, cold_start: "1/5", struck: "1/2" },
      floor: "0",
    });
    this.dispatcher = new Dispatcher({ ...defaults, ...options }, this.#modules(), parseState(saved));
  }

  link(
    hotkey: string,
    more: Partial<Pick<FakeLink, "capacity" | "kinds" | "lanes" | "transport">> = {},
  ): FakeLink {
    return new FakeLink(this.dispatcher, hotkey, { lanes: [...this.lanes.keys()], ...more });
  }

  /** Opens a link and lets it have its first jobs. */
  async join(
    hotkey: string,
    more: Partial<Pick<FakeLink, "capacity" | "kinds" | "lanes" | "transport">> = {},
  ): Promise<FakeLink> {
    const link = this.link(hotkey, more);
    this.dispatcher.opened(link);
    await this.settle();
    return link;
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    do {
      for (const run of this.#soon.splice(0)) run();
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.#soon.length > 0);
  }

  /** Moves time on in ticks. */
  async pass(ms: number, stepMs = 250): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.clock.advance(Math.min(stepMs, ms - passed));
      this.dispatcher.tick();
      await this.settle();
    }
  }

  /** Tells the oldest waiting check its verdict. */
  async verdict(verdict: Verdict): Promise<void> {
    this.checks.shift()?.tell(verdict);
    await this.settle();
  }

  customer(jobId: string, more: Partial<CustomerJob> = {}): CustomerJob {
    return {
      ...{ jobId, clientKey: jobId, lane: "prove", kind: "square", input: { x: jobId } },
      ...{
        owner: null,
        privateInput: null,
        createdAt: 0,
        deadlineAt: null,
        state: "queued",
        attempts: 0,
        answer: null,
        verified: null,
        hotkey: null,
        code: null,
        endedAt: null,
      },
      ...more,
    };
  }

  /** The last word on a customer's job that is on record. */
  customerState(jobId: string): CustomerUpdate | undefined {
    return this.records.customers.findLast((update) => update.jobId === jobId);
  }

  storeIsDown(): void {
    this.records.refuse = down;
  }

  storeIsUp(): void {
    this.records.refuse = () => null;
  }

  #modules(): DispatchModules {
    return {
      ...{ clock: this.clock, random: new SeededRandom(1), log: silentLog, metrics: this.metrics },
      ...{ lanes: this.lanes, records: this.records },
      soon: (run) => this.#soon.push(run),
      draw: (lane, hotkey, workId, epoch, classes) => {
        if (this.drawFault !== null) throw this.drawFault;
        return decide(this.#key(epoch), this.#rates, { epoch, lane, hotkey, workId, classes });
      },
      classesFor: (hotkey) => [...(this.classes.get(hotkey) ?? [])],
      epochNow: () => this.epoch,
      block: () => this.block,
      intakeStop: () => this.intakeStop,
      suspended: (hotkey) => this.suspended.has(hotkey),
      caught: (hotkey) => this.caught.has(hotkey),
      verification: {
        hasRoom: () => this.hasRoom,
        verify: (job, done) => void this.checks.push({ job, tell: done }),
      },
      conclude: (job, verdict) => this.#conclude(job, verdict),
      endUnanswered: async (sample, code) => {
        this.unanswered.push({ sample, code });
      },
      workRecorded: () => {},
      unreachable: (hotkey) => void this.unreachable.push(hotkey),
      memoryAvailable: () => this.memory,
    };
  }

  async #conclude(job: AnsweredJob, verdict: Verdict): Promise<Conclusion> {
    const isCheat = cheatCode(this.lanes.get(job.lane)?.policy.penalty, verdict) !== null;
    if (isCheat) this.caught.add(job.hotkey);
    await this.concluding();
    this.caught.delete(job.hotkey);
    this.concluded.push({ job, verdict });
    if (this.concludesAs !== null) return this.concludesAs;
    if (verdict.outcome !== "invalid") return verdict.outcome === "valid" ? "accepted" : "void";
    if (!isCheat) return "rejected";
    this.suspended.add(job.hotkey);
    return "struck";
  }

  #key(epoch: number): ReturnType<typeof sampleKey> {
    const key = this.#keys.get(epoch) ?? sampleKey(Buffer.alloc(32, 3), epoch);
    this.#keys.set(epoch, key);
    return key;
  }
}
