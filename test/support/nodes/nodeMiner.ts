import type { SeededRandom } from "../../../sim/engine/seededRandom.ts";
import type { SimWorld } from "../../../sim/engine/world.ts";
import { LANE, rightAnswer } from "../../../sim/network/lane.ts";
import type { JobOrder } from "../../../src/flow/job.ts";
import type { LinkEnd, LinkListener, MinerLink } from "../../../src/flow/link.ts";
import type { History } from "./history.ts";
import type { SimProcess } from "./simProcess.ts";

/** How often a miner looks after its stream, ms. */
const LOOK_MS = 500;
/** How long it waits before another one, at least and at most, ms. */
const [AGAIN_MS, AGAIN_MOST_MS] = [500, 3000];
/** It leaves a process that says nothing for so long, ms. */
const SILENT_MS = 10_000;
/** It changes its address now and then, per look; the process that it leaves may hear of that only much later, ms. */
const MOVES = 0.01;
const [HEARD_SOON_MS, HEARD_LATE_MS] = [20, 60_000];
/** A stream that has been open for so long is on record, ms. */
const SETTLED_MS = 2000;
/** Wrong answers by one that cheats, and answers that never come. */
const CHEATS = 0.3;
const SILENT = 0.02;

/** A process that takes streams. */
export interface Door {
  readonly process: SimProcess;
  readonly listener: LinkListener;
}

export interface MinerModules {
  readonly world: SimWorld;
  readonly random: SeededRandom;
  readonly history: History;
  /** The processes that a load balancer would choose from. */
  readonly doors: () => readonly Door[];
}

interface Stream {
  readonly door: Door;
  readonly link: MinerLink;
  isOpen: boolean;
  /** Its process has learnt that the miner has left. */
  isGone: boolean;
  openedAt: number;
  heardAt: number;
}

/** A miner with one stream to one of the processes that hand out jobs, and another when that one ends or falls silent. */
export class NodeMiner {
  readonly hotkey: string;
  readonly #modules: MinerModules;
  readonly #cheats: boolean;
  #stream: Stream | null = null;
  /** As the processes know it: of two streams of a hotkey the server of each closes the older one. */
  readonly #openAt = new Map<SimProcess, Stream>();
  #againAt = 0;

  constructor(hotkey: string, cheats: boolean, modules: MinerModules) {
    this.hotkey = hotkey;
    this.#cheats = cheats;
    this.#modules = modules;
    modules.world.line.every(LOOK_MS, () => {
      this.#look();
      return true;
    });
  }

  /** Which process it has had its stream with for a while; null when it has changed, or has none. */
  get process(): string | null {
    const stream = this.#stream;
    const isSettled = stream?.isOpen && this.#modules.world.line.clock.nowMs() - stream.openedAt > SETTLED_MS;
    return isSettled ? stream.door.process.name : null;
  }

  #look(): void {
    const { world, random } = this.#modules;
    const { now } = world.line;
    const stream = this.#stream;
    if (stream === null) {
      if (now >= this.#againAt) this.#connect();
      return;
    }
    const { process } = stream.door;
    if (!process.isPaused) stream.heardAt = now;
    if (process.isDead) this.#ended(stream);
    else if (now - stream.heardAt > SILENT_MS || random.unit() < MOVES) this.#leave(stream);
  }

  #connect(): void {
    const { world, random, doors } = this.#modules;
    const open = doors();
    const door = open[Math.floor(random.unit() * open.length)];
    if (door === undefined) return;
    const link: MinerLink = {
      ...{ hotkey: this.hotkey, transport: "stream", lanes: [LANE], capacity: 4, writable: true },
      send: (order) => {
        this.#receive(stream, order);
        return 100;
      },
      close: (reason) => {
        if (!stream.isOpen) return;
        this.#close(stream, reason);
        this.#ended(stream);
      },
    };
    const stream: Stream = { door, link, isOpen: false, isGone: false, openedAt: 0, heardAt: world.line.now };
    this.#stream = stream;
    door.process.after(5 + 50 * random.unit(), () => this.#opened(stream));
  }

  #opened(stream: Stream): void {
    if (stream.isGone) return;
    const { process, listener } = stream.door;
    const older = this.#openAt.get(process);
    this.#openAt.set(process, stream);
    older?.link.close("replaced");
    stream.isOpen = true;
    stream.openedAt = this.#modules.world.line.clock.nowMs();
    listener.opened(stream.link);
  }

  /** The miner knows that a stream is over. */
  #ended(stream: Stream): void {
    const { world, random } = this.#modules;
    if (this.#stream !== stream) return;
    this.#stream = null;
    this.#againAt = world.line.now + AGAIN_MS + (AGAIN_MOST_MS - AGAIN_MS) * random.unit();
  }

  /** Goes without a word: the process takes the stream for open until the network tells it. */
  #leave(stream: Stream): void {
    const { random } = this.#modules;
    const { process } = stream.door;
    const heardIn = random.unit() < 0.5 ? HEARD_SOON_MS : HEARD_LATE_MS * random.unit();
    this.#stream = null;
    process.after(heardIn, () => {
      stream.isGone = true;
      if (stream.isOpen) this.#close(stream, "gone");
    });
  }

  /** The stream's process has it closed from now on. */
  #close(stream: Stream, reason: LinkEnd): void {
    const { world, history } = this.#modules;
    const { openedAt, door, link } = stream;
    const { hotkey } = this;
    stream.isOpen = false;
    if (this.#openAt.get(door.process) === stream) this.#openAt.delete(door.process);
    const at = world.line.clock.nowMs();
    history.told.push({ kind: "stream", at, process: door.process.name, hotkey, openedAt });
    door.listener.closed(link, reason);
  }

  #receive(stream: Stream, order: JobOrder): void {
    const { world, random, history } = this.#modules;
    const { process, listener } = stream.door;
    history.told.push({
      kind: "order",
      at: world.line.clock.nowMs(),
      process: process.name,
      hotkey: this.hotkey,
    });
    const { unit } = random;
    if (this.#stream !== stream || unit() < SILENT) return;
    const wrong = this.#cheats && unit() < CHEATS;
    const text = wrong ? "wrong" : rightAnswer(String(order.input.x));
    world.line.after(500 + 3000 * unit(), () => {
      if (this.#stream !== stream) return;
      process.after(5, () => {
        if (stream.isOpen) listener.answered(stream.link, order.job_id, { size: 100, text: () => text });
      });
    });
  }
}
