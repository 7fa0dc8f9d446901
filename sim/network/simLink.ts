import type { JobAnswer, JobOrder } from "../../src/flow/job.ts";
import type { LinkEnd, LinkListener, MinerLink } from "../../src/flow/link.ts";
import { drawLength } from "../engine/seededRandom.ts";
import { Servers } from "../engine/servers.ts";
import type { SimWorld } from "../engine/world.ts";
import { LANE, rightAnswer } from "./lane.ts";
import type { SimMiner } from "./simMiner.ts";

/** The validator as its miners see it. */
export interface ValidatorSide {
  readonly index: number;
  readonly jobBytes: number;
  readonly answerBytes: number;
  /** Called when an answer was accepted. */
  readonly handedIn: (miner: SimMiner, answer: JobAnswer) => void;
  /** Called when the validator ended the link. */
  readonly ended: (link: SimLink, why: LinkEnd) => void;
}

/** A process of the validator as a connection reaches it. */
export interface Door {
  /** Null while it is down or cut off. */
  readonly listener: LinkListener | null;
  /** What reaches it while it stands still waits. */
  readonly isPaused: boolean;
  deliver(run: () => void): void;
}

/** A submitted answer; its text is made on demand. */
class ModelAnswer implements JobAnswer {
  readonly size: number;
  readonly #x: string | null;
  readonly #forged: string;

  constructor(size: number, x: string | null, forged: string) {
    this.size = size;
    this.#x = x;
    this.#forged = forged;
  }

  text(): string {
    return this.#x === null ? this.#forged : rightAnswer(this.#x);
  }
}

/** One miner at one validator: its connection, and its servers for that validator. */
export class SimLink {
  readonly miner: SimMiner;
  readonly validator: ValidatorSide;
  readonly servers: Servers;
  readonly #world: SimWorld;
  open: MinerLink | null = null;
  /** Where it is connected, or was last. */
  door: Door | null = null;
  /** The hotkey of the link. */
  hotkey = "";

  constructor(miner: SimMiner, validator: ValidatorSide, world: SimWorld) {
    this.miner = miner;
    this.validator = validator;
    this.#world = world;
    this.servers = new Servers(miner.parallel);
  }

  connect(door: Door): void {
    const { listener } = door;
    if (this.open !== null || listener === null) return;
    this.door = door;
    this.hotkey = this.miner.hotkey;
    const link: MinerLink = {
      hotkey: this.hotkey,
      transport: "stream",
      lanes: [LANE],
      capacity: this.miner.capacity,
      writable: true,
      send: (order) => this.#take(order),
      close: (why) => {
        this.drop(why);
        this.validator.ended(this, why);
      },
    };
    this.open = link;
    listener.opened(link);
  }

  /** Ends the connection, and drops the jobs that the miner was working on. */
  drop(why: LinkEnd): void {
    const { open: link } = this;
    if (link === null) return;
    this.open = null;
    this.servers.clear(this.#world.line.now);
    this.#reach((listener) => listener.closed(link, why));
  }

  #take(order: JobOrder): number {
    const { miner } = this;
    const { counts, random } = miner;
    counts.jobs++;
    const delay = drawLength(miner.fleet.delay_ms, random.unit);
    const serviceMs = drawLength(miner.service, random.unit);
    if (miner.isMute) return this.validator.jobBytes;
    if (miner.failing > 0 && random.unit() < miner.failing) this.#giveBack(order, delay);
    else this.#act(order, serviceMs, delay);
    return this.validator.jobBytes;
  }

  #act(order: JobOrder, serviceMs: number, delay: number): void {
    const { miner, validator, hotkey } = this;
    const { now } = this.#world.line;
    const age = now - miner.joinedMs;
    const choice = miner.behaviour.choose({ order, now, age, serviceMs, hotkey, validator: validator.index });
    if (choice === "let_lie") return;
    if (choice === "give_back") this.#giveBack(order, delay);
    else if (choice === "cheat") this.#cheat(order, delay);
    else this.#work(order, serviceMs, delay);
  }

  #work(order: JobOrder, serviceMs: number, delay: number): void {
    const { miner } = this;
    const { line } = this.#world;
    miner.counts.cost += miner.fleet.cost_per_job;
    miner.behaviour.worked?.(order);
    const done = this.servers.take(line.now, serviceMs);
    const x = String(order.input.x);
    const answer = new ModelAnswer(this.validator.answerBytes, x, "");
    line.after(done - line.now + delay, () => this.#handIn(order.job_id, answer));
  }

  /** A failure that takes no server time. */
  #cheat(order: JobOrder, delay: number): void {
    const { miner } = this;
    const { line } = this.#world;
    const ms = drawLength(miner.fleet.cheat_ms, miner.random.unit);
    const answer = new ModelAnswer(this.validator.answerBytes, null, miner.behaviour.forge(order));
    line.after(ms + delay, () => {
      if (this.open !== null && !miner.isMute) miner.cheated(line.now);
      this.#handIn(order.job_id, answer);
    });
  }

  #handIn(jobId: string, answer: ModelAnswer): void {
    const { open: link, miner, validator } = this;
    if (link === null || miner.isMute) return;
    this.#reach((listener) => {
      if (listener.answered(link, jobId, answer) === null) {
        miner.counts.answered++;
        validator.handedIn(miner, answer);
      } else miner.counts.failed++;
    });
  }

  #giveBack(order: JobOrder, delay: number): void {
    this.#world.line.after(delay + 1, () => {
      const { open: link, miner } = this;
      if (link === null || miner.isMute) return;
      this.#reach((listener) => {
        miner.counts.failed++;
        listener.failed(link, order.job_id, "given_back");
      });
    });
  }

  /** Tells the process something, now or when it goes on. */
  #reach(tell: (listener: LinkListener) => void): void {
    const { door } = this;
    if (door === null) return;
    const now = (): void => {
      if (door.listener !== null) tell(door.listener);
    };
    if (door.isPaused) door.deliver(now);
    else now();
  }
}
