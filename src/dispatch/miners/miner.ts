import type { Timed } from "../../core/queue/deadlines.ts";
import { LevelPlace } from "../../core/queue/levels.ts";
import type { Draw } from "../../flow/draw.ts";
import type { JobInput, JobTask, PushLane } from "../../flow/lane.ts";
import type { MinerLink } from "../../flow/link.ts";
import { MinerCap } from "../cap/cap.ts";
import { type Job, sizeOf } from "../jobs/job.ts";
import type { JobFacts } from "../whatFollows.ts";
import { Backoff } from "./backoff.ts";
import { MinerKinds } from "./kinds.ts";

/** A job at one miner, from when it is picked until it ends there. */
export class InFlightJob implements Timed, JobFacts {
  readonly job: Job;
  readonly miner: Miner;
  readonly kind: string;
  readonly draw: Draw;
  readonly block: number;
  readonly attempts: number;
  /** Kept for sampled jobs; dropped when others are sent. */
  input: JobInput | null;
  /** Dropped when it is sent. */
  privateInput: JobInput | null;
  /** Monotonic ms; null until it is sent. */
  sentAt: number | null = null;
  /** Size on the wire, or of the input before sending; counted until the end. */
  bytes: number;
  slot = -1;
  prev: Timed | null = null;
  next: Timed | null = null;

  constructor(job: Job, miner: Miner, { kind, input, privateInput }: JobTask, draw: Draw, block: number) {
    this.job = job;
    this.miner = miner;
    this.kind = kind;
    this.draw = draw;
    this.block = block;
    this.attempts = job.tries + 1;
    this.input = input;
    this.privateInput = privateInput ?? null;
    this.bytes = sizeOf(input) + sizeOf(this.privateInput ?? {});
  }

  get isSampled(): boolean {
    return this.draw.sampled;
  }

  get isCustomers(): boolean {
    return this.job.customer !== null;
  }
}

/** What dispatch knows of one miner: its link, its jobs in flight, its cap. */
export class Miner {
  readonly hotkey: string;
  readonly cap: MinerCap;
  readonly backoff = new Backoff();
  readonly kinds = new MinerKinds();
  readonly inFlight = new Set<InFlightJob>();
  readonly place = new LevelPlace<Miner>(this);
  link: MinerLink | null = null;
  /** Lanes of the link that this validator serves. */
  lanes: readonly PushLane[] = [];
  /** Index of the lane whose turn it is. */
  turn = 0;

  constructor(hotkey: string, restoredCap: number | null) {
    this.hotkey = hotkey;
    this.cap = new MinerCap(restoredCap);
  }

  mayTake(nowMs: number): boolean {
    const { link } = this;
    if (link === null || !link.writable || nowMs < this.backoff.until) return false;
    return this.inFlight.size < Math.min(this.cap.usable(), link.capacity);
  }

  serves(lane: PushLane): boolean {
    return this.lanes.includes(lane);
  }

  /** Whether it can do the work of such a job. */
  takes({ lane, kind }: Pick<Job, "lane" | "kind">): boolean {
    return this.serves(lane) && this.kinds.has(kind);
  }

  /** The lane whose turn it is to make a benchmark. */
  nextLane(): PushLane | null {
    return this.lanes[this.turn++ % this.lanes.length] ?? null;
  }
}
