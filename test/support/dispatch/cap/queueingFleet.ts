import { parseFraction } from "../../../../src/core/fraction.ts";
import { silentLog } from "../../../../src/core/log.ts";
import { noMetrics } from "../../../../src/core/metrics.ts";
import { Dispatcher } from "../../../../src/dispatch/dispatcher.ts";
import type { DispatchModules } from "../../../../src/dispatch/ports.ts";
import { parseState } from "../../../../src/dispatch/records/savedState.ts";
import type { JobOrder } from "../../../../src/flow/job.ts";
import type { PushLane } from "../../../../src/flow/lane.ts";
import type { LinkEnd, MinerLink } from "../../../../src/flow/link.ts";
import type { Verdict } from "../../../../src/flow/verdict.ts";
import { EventQueue, type Profile, QueueingMiner, SeededRandom } from "./queueing.ts";

export interface FleetOptions {
  readonly ceiling?: number | null;
  /** Share of the answers that is verified, and how long that takes. */
  readonly sampled?: number;
  readonly verifyMs?: number;
  /** What an earlier run left. */
  readonly saved?: string | null;
  readonly seed?: number;
}

/** A miner of the fleet with what happened to it. */
export interface FleetMiner {
  readonly model: QueueingMiner;
  link: MinerLink | null;
  /** Jobs sent to it, answers of it that were taken and that were not, jobs it gave back. */
  sent: number;
  answered: number;
  late: number;
  failed: number;
  inFlight: number;
  /** When and to what its cap changed. */
  readonly changes: { readonly at: number; readonly cap: number }[];
}

const LANE = "work";
const ANSWER = { size: 100, text: () => "{}" };

/** The real dispatcher with queueing miners around it, on a clock of its own. Work never ends, unless `supply` says so. */
export class Fleet {
  readonly line = new EventQueue();
  readonly dispatcher: Dispatcher;
  readonly miners = new Map<string, FleetMiner>();
  /** Share of the host's memory that is available. */
  memory: number | null = 0.9;
  /** Jobs that there are at most at once in all. */
  supply = Number.POSITIVE_INFINITY;
  #outstanding = 0;
  readonly #random: SeededRandom;
  #soon: (() => void)[] = [];
  #isDirty = false;

  constructor(options: FleetOptions = {}) {
    this.#random = new SeededRandom(options.seed ?? 1);
    this.dispatcher = new Dispatcher(
      {
        ceiling: options.ceiling ?? null,
        bytesInFlight: 2 ** 28,
        retries: { customer: 20, benchmark: 5 },
        maxDeadlineMs: 180_000,
        reconnectGraceMs: 10_000,
        queuedMax: 1000,
        againMs: 60_000,
      },
      this.#modules(options),
      parseState(options.saved ?? null),
    );
    this.line.every(250, () => this.dispatcher.tick());
    this.line.every(1000, () => this.#watch());
  }

  /** A miner that connects now. */
  add(hotkey: string, profile: Profile): FleetMiner {
    const model = new QueueingMiner(profile, this.line, this.#random);
    const miner: FleetMiner = {
      model,
      link: null,
      sent: 0,
      answered: 0,
      late: 0,
      failed: 0,
      inFlight: 0,
      changes: [],
    };
    this.miners.set(hotkey, miner);
    this.connect(hotkey);
    return miner;
  }

  connect(hotkey: string): void {
    const miner = this.miner(hotkey);
    const link: MinerLink = {
      hotkey,
      transport: "stream",
      lanes: [LANE],
      capacity: 1_000_000,
      writable: true,
      send: (order) => this.#send(link, miner, order),
      close: (reason) => this.disconnect(hotkey, reason),
    };
    miner.link = link;
    this.dispatcher.opened(link);
  }

  disconnect(hotkey: string, reason: LinkEnd = "gone"): void {
    const miner = this.miner(hotkey);
    const { link } = miner;
    miner.link = null;
    if (link !== null) this.dispatcher.closed(link, reason);
  }

  miner(hotkey: string): FleetMiner {
    const miner = this.miners.get(hotkey);
    if (miner === undefined) throw new RangeError(`no miner ${hotkey}`);
    return miner;
  }

  /** The learned cap. */
  cap(hotkey: string): number {
    return this.dispatcher.capOf(hotkey)?.learned ?? Number.NaN;
  }

  /** Changes of the cap in the last seconds. */
  changesIn(hotkey: string, seconds: number): number {
    return this.miner(hotkey).changes.filter(({ at }) => at > this.line.now - seconds * 1000).length;
  }

  /** Runs for this many seconds of the fleet's time. */
  async run(seconds: number): Promise<void> {
    const until = this.line.now + seconds * 1000;
    do await this.#settle();
    while (this.line.next(until));
  }

  /** Everything that follows from an event before the next: what was put off, and what promises led to. */
  async #settle(): Promise<void> {
    while (this.#soon.length > 0 || this.#isDirty) {
      const due = this.#soon;
      this.#soon = [];
      for (const run of due) run();
      this.#isDirty = false;
      for (let turn = 0; turn < 10; turn++) await null;
    }
  }

  #watch(): void {
    for (const [hotkey, { changes }] of this.miners) {
      const cap = this.cap(hotkey);
      if (cap !== (changes.at(-1)?.cap ?? 1)) changes.push({ at: this.line.now, cap });
    }
  }

  #send(link: MinerLink, miner: FleetMiner, order: JobOrder): number {
    miner.sent++;
    miner.inFlight++;
    let isOpen = true;
    const end = (isAnswered: boolean): void => {
      if (!isOpen) return;
      isOpen = false;
      miner.inFlight--;
      this.#outstanding--;
      if (miner.link === null) return;
      if (isAnswered) {
        const refusal = this.dispatcher.answered(miner.link, order.job_id, ANSWER);
        if (refusal === null) miner.answered++;
        else miner.late++;
      } else {
        miner.failed++;
        this.dispatcher.failed(miner.link, order.job_id, "failed");
      }
    };
    miner.model.take(end);
    // What was never answered is no work any more once its deadline is past.
    this.line.after(order.deadline_ms + 1000, () => end(false));
    return link.hotkey.length + 100;
  }

  #modules(options: FleetOptions): DispatchModules {
    const done = async (): Promise<void> => {
      this.#isDirty = true;
    };
    return {
      clock: this.line.clock,
      random: this.#random,
      log: silentLog,
      metrics: noMetrics,
      soon: (run) => this.#soon.push(run),
      lanes: new Map([[LANE, this.#lane()]]),
      draw: (lane, hotkey, workId, epoch) => ({
        ...{ epoch, lane, hotkey, work_id: workId, class: "lane", rate: "1/1", x: "0000000000000000" },
        sampled: this.#random.unit() < (options.sampled ?? 0.04),
      }),
      classesFor: () => [],
      epochNow: () => 1,
      block: () => 1000,
      caught: () => false,
      suspended: () => false,
      verification: {
        hasRoom: () => true,
        verify: (_job, verdict: (found: Verdict) => void) =>
          this.line.after(options.verifyMs ?? 200, () => {
            this.#isDirty = true;
            verdict({ outcome: "valid" });
          }),
      },
      records: {
        recordDraws: done,
        addWork: done,
        updateCustomerJob: async () => true,
        note: async () => null,
        setNote: done,
      },
      conclude: async () => "accepted",
      endUnanswered: () => {},
      workRecorded: () => {},
      unreachable: () => {},
      memoryAvailable: () => this.memory,
    };
  }

  #lane(): PushLane {
    const rate = parseFraction("20/500");
    if (rate === null) throw new RangeError("20/500 is a fraction");
    const elsewhere = (): never => {
      throw new Error("nothing is checked here");
    };
    return {
      name: LANE,
      mode: "push",
      policy: { rate, penalty: "strike", maxAttempts: 1, share: 1 },
      kinds: ["kind"],
      benchmarks: ["kind"],
      cost: 1,
      prepare: async () => {},
      issue: () => {
        if (this.#outstanding >= this.supply) return null;
        this.#outstanding++;
        return { kind: "kind", input: {} };
      },
      accept: elsewhere,
      check: elsewhere,
      canary: () => null,
    };
  }
}
