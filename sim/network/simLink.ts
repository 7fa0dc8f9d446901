import type { JobAnswer, JobOrder } from "../../src/flow/job.ts";
import type { LinkEnd, LinkListener, MinerLink } from "../../src/flow/link.ts";
import { drawn } from "../engine/seededRandom.ts";
import { Servers } from "../engine/servers.ts";
import type { World } from "../engine/world.ts";
import { LANE, rightAnswer } from "./lane.ts";
import type { SimMiner } from "./simMiner.ts";

/** The validator as its miners reach it. */
export interface Gateway {
  readonly index: number;
  /** Null while it is down or cut off. */
  readonly listener: LinkListener | null;
  readonly jobBytes: number;
  readonly answerBytes: number;
  /** An answer was taken. */
  readonly handedIn: (place: SimMiner, answer: JobAnswer) => void;
  /** The link was ended by the validator. */
  readonly ended: (seat: SimLink, why: LinkEnd) => void;
}

/** The answer as it came in; its text is made where somebody reads it. */
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

/** One miner at one validator: its connection, and the servers that it keeps for it. */
export class SimLink {
  readonly place: SimMiner;
  readonly gateway: Gateway;
  readonly servers: Servers;
  readonly #world: World;
  link: MinerLink | null = null;
  /** The hotkey of the link. */
  hotkey = "";

  constructor(place: SimMiner, gateway: Gateway, world: World) {
    this.place = place;
    this.gateway = gateway;
    this.#world = world;
    this.servers = new Servers(place.parallel);
  }

  connect(): void {
    const { listener } = this.gateway;
    if (this.link !== null || listener === null) return;
    this.hotkey = this.place.hotkey;
    const link: MinerLink = {
      hotkey: this.hotkey,
      transport: "stream",
      lanes: [LANE],
      capacity: this.place.capacity,
      writable: true,
      send: (order) => this.#take(order),
      close: (why) => {
        this.drop(why);
        this.gateway.ended(this, why);
      },
    };
    this.link = link;
    listener.opened(link);
  }

  /** The connection ends, and what the miner was working on with it. */
  drop(why: LinkEnd): void {
    const { link } = this;
    if (link === null) return;
    this.link = null;
    this.servers.clear(this.#world.line.now);
    this.gateway.listener?.closed(link, why);
  }

  #take(order: JobOrder): number {
    const { place } = this;
    const { counts, random } = place;
    counts.jobs++;
    const delay = drawn(place.fleet.delay_ms, random.unit);
    const serviceMs = drawn(place.service, random.unit);
    if (place.isMute) return this.gateway.jobBytes;
    if (place.failing > 0 && random.unit() < place.failing) this.#giveBack(order, delay);
    else this.#act(order, serviceMs, delay);
    return this.gateway.jobBytes;
  }

  #act(order: JobOrder, serviceMs: number, delay: number): void {
    const { place, gateway, hotkey } = this;
    const { now } = this.#world.line;
    const age = now - place.joinedMs;
    const choice = place.behaviour.choose({ order, now, age, serviceMs, hotkey, validator: gateway.index });
    if (choice === "let_lie") return;
    if (choice === "give_back") this.#giveBack(order, delay);
    else if (choice === "cheat") this.#cheat(order, delay);
    else this.#work(order, serviceMs, delay);
  }

  #work(order: JobOrder, serviceMs: number, delay: number): void {
    const { place } = this;
    const { line } = this.#world;
    place.counts.cost += place.fleet.cost_per_job;
    place.behaviour.worked?.(order);
    const done = this.servers.take(line.now, serviceMs);
    const x = String(order.input.x);
    const answer = new ModelAnswer(this.gateway.answerBytes, x, "");
    line.after(done - line.now + delay, () => this.#handIn(order.job_id, answer));
  }

  /** It takes no server: nothing is worked on. */
  #cheat(order: JobOrder, delay: number): void {
    const { place } = this;
    const { line } = this.#world;
    const ms = drawn(place.fleet.cheat_ms, place.random.unit);
    const answer = new ModelAnswer(this.gateway.answerBytes, null, place.behaviour.forge(order));
    line.after(ms + delay, () => {
      if (this.link !== null && !place.isMute) place.cheated(line.now);
      this.#handIn(order.job_id, answer);
    });
  }

  #handIn(jobId: string, answer: ModelAnswer): void {
    const { link, place, gateway } = this;
    if (link === null || gateway.listener === null || place.isMute) return;
    if (gateway.listener.answered(link, jobId, answer) === null) {
      place.counts.answered++;
      gateway.handedIn(place, answer);
    } else place.counts.failed++;
  }

  #giveBack(order: JobOrder, delay: number): void {
    this.#world.line.after(delay + 1, () => {
      const { link, place, gateway } = this;
      if (link === null || gateway.listener === null || place.isMute) return;
      place.counts.failed++;
      gateway.listener.failed(link, order.job_id, "given_back");
    });
  }
}
