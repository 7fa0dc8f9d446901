import { SeededRandom } from "../../../sim/engine/seededRandom.ts";
import { SimWorld } from "../../../sim/engine/world.ts";
import { makeSealed } from "../../../src/challenge/sealed.ts";
import { sha256 } from "../../../src/core/hash.ts";
import { epochAt } from "../../../src/core/ids.ts";
import { encodeHotkey } from "../../../src/core/ss58.ts";
import type { ChainMiner } from "../../../src/flow/chain.ts";
import type { OpenSample } from "../../../src/flow/job.ts";
import { openSampleOf } from "../../../src/store/records/openSample.ts";
import type { Role } from "../../../src/validator/roles/roles.ts";
import { Callers } from "./callers.ts";
import { trueBlock } from "./chain.ts";
import { History } from "./history.ts";
import { Network } from "./network.ts";
import { NodeMiner } from "./nodeMiner.ts";
import { withProcessTimers } from "./processTimers.ts";
import { type Fault, SharedStore } from "./sharedStore.ts";
import { type NodeSpec, SimNode } from "./simNode.ts";
import type { HeldStream } from "./streamRules.ts";

const HOUR_MS = 3_600_000;
/** Times of a run, ms: work before the epoch that matters, faults around its end, and the time in which all must end. */
const BEFORE_MS = 20_000;
const FAULTS_MS = 150_000;
const QUIET_MS = 75_000;
/** The part of `FAULTS_MS` before the turn of the epoch. */
const TURN_MS = 40_000;
const AFTER_MS = 30_000;

/** What is wrong with the store or the processes of a run, for tests of the checker. */
export interface Mutant {
  readonly store?: Fault;
  readonly leads?: boolean;
}

export interface FinishedRun {
  readonly seed: number;
  readonly history: History;
  readonly store: SharedStore;
  readonly counts: ReadonlyMap<string, number>;
  /** Sampled jobs of living processes without an end when all had been well for a while. */
  readonly openSamples: readonly OpenSample[];
  /** The miners' streams at that time, but for those that had just changed. */
  readonly streams: readonly HeldStream[];
  /** Heights between which all was well. */
  readonly quiet: readonly [number, number];
}

/** Several processes over one store, in virtual time: the same seed is the same run. */
export function runNodes(seed: number, mutant: Mutant = {}): Promise<FinishedRun> {
  return withProcessTimers(() => new NodesRun(seed, mutant).run());
}

const layout: readonly { readonly name: string; readonly roles: readonly Role[] }[] = [
  { name: "a", roles: ["api", "verify"] },
  { name: "b", roles: ["api"] },
  { name: "c", roles: ["api", "verify", "dispatch"] },
  { name: "d", roles: ["dispatch", "weigh"] },
  { name: "e", roles: ["verify", "weigh"] },
];

class NodesRun {
  readonly #seed: number;
  readonly #world = new SimWorld();
  readonly #random: SeededRandom;
  readonly #history = new History();
  readonly #store: SharedStore;
  readonly #network: Network;
  readonly #nodes: readonly SimNode[];
  readonly #miners: readonly NodeMiner[];
  readonly #callers: Callers;
  #isFaulty = false;

  constructor(seed: number, mutant: Mutant) {
    this.#seed = seed;
    this.#random = new SeededRandom(seed, "nodes");
    const { clock } = this.#world.line;
    this.#store = new SharedStore(clock, this.#history, mutant.store ?? null);
    this.#network = new Network(this.#world, this.#store, this.#random.of("network"));
    const hotkeys = Array.from({ length: 6 }, (_, i) => encodeHotkey(sha256(`miner ${i}`)));
    const secret = this.#random.of("secret").bytes(32);
    const modules = {
      ...{ world: this.#world, network: this.#network, history: this.#history, random: this.#random },
      registered: hotkeys.map((hotkey, uid): ChainMiner => minerOf(hotkey, uid)),
      shared: { secret, signingSeed: this.#random.of("signing").bytes(32) },
      leads: mutant.leads ?? false,
    };
    this.#nodes = layout.map((node) => new SimNode(this.#specOf(node), modules));
    this.#miners = hotkeys.slice(0, 4).map((hotkey, i) => {
      const random = this.#random.of(hotkey);
      const doors = () => this.#nodes.flatMap((node) => node.door ?? []);
      return new NodeMiner(hotkey, i === 3, { world: this.#world, random, history: this.#history, doors });
    });
    this.#callers = new Callers({
      ...{ world: this.#world, random: this.#random.of("callers"), history: this.#history },
      ...{ nodes: this.#nodes, hotkeys, ids: makeSealed(secret) },
    });
  }

  async run(): Promise<FinishedRun> {
    await this.#before();
    await this.#faults();
    const { line } = this.#world;
    const from = trueBlock(line.now);
    await this.#quiet();
    const quiet = [from, trueBlock(line.now)] as const;
    const [openSamples, streams] = [this.#openSamples(), this.#streams()];
    await this.#after();
    const { counts } = this.#callers;
    const told = { history: this.#history, store: this.#store, counts, openSamples, streams };
    return { seed: this.#seed, ...told, quiet };
  }

  #specOf(node: (typeof layout)[number]): NodeSpec {
    const { unit } = this.#random;
    // Clocks that are right, nearly right, and up to an hour off.
    const skewMs = [0, 2000, HOUR_MS][Math.floor(3 * unit())] ?? 0;
    return { ...node, skewMs: Math.round((2 * unit() - 1) * skewMs), late: Math.floor(3 * unit()) };
  }

  /** Work in the epoch before, so that there is one to close. */
  async #before(): Promise<void> {
    this.#network.isBad = false;
    this.#startAll();
    await this.#work(BEFORE_MS, 400);
    this.#killAll();
    const left = HOUR_MS - (this.#world.line.clock.nowMs() % HOUR_MS);
    await this.#pass(left + HOUR_MS - TURN_MS);
  }

  async #faults(): Promise<void> {
    this.#network.isBad = true;
    this.#isFaulty = true;
    this.#startAll();
    for (const node of this.#nodes) this.#fault(node);
    await this.#work(FAULTS_MS, 500);
    this.#isFaulty = false;
  }

  /** All is well from now on: everything that was promised is kept within this time. */
  async #quiet(): Promise<void> {
    this.#network.isBad = false;
    for (const node of this.#nodes) this.#heal(node);
    await this.#pass(QUIET_MS);
  }

  /** Hours later every epoch so far can be closed. */
  async #after(): Promise<void> {
    this.#killAll();
    await this.#pass(4 * HOUR_MS);
    this.#startAll();
    await this.#pass(AFTER_MS);
    this.#callers.look(this.#epochs());
    await this.#pass(10_000);
    this.#killAll();
  }

  /** Lets requests come at random for a time. */
  #work(ms: number, everyMs: number): Promise<void> {
    const { line } = this.#world;
    const end = line.now + ms;
    const { unit } = this.#random.of(`work ${line.now}`);
    const next = (): void => {
      if (line.now >= end) return;
      this.#request(unit());
      line.after(-Math.log(1 - unit()) * everyMs, next);
    };
    line.after(3000, next);
    return this.#pass(ms);
  }

  #request(unit: number): void {
    if (unit < 0.8) this.#callers.submission();
    else if (unit < 0.88) this.#callers.job();
    else if (unit < 0.92) this.#callers.suspension();
    else if (unit < 0.94) this.#callers.release();
    else this.#callers.look(this.#epochs());
  }

  #epochs(): number[] {
    const now = epochAt(this.#world.line.clock.nowMs(), 1);
    return [now - 6, now - 5, now - 4, now - 3, now - 2, now - 1, now];
  }

  /** A process now and then loses the store, stops for a while, or ends and is started again. */
  #fault(node: SimNode): void {
    const { line } = this.#world;
    const { unit } = this.#random.of(`faults ${node.spec.name}`);
    const next = (): void => {
      if (!this.#isFaulty) return;
      const kind = unit();
      const ms = 500 + 24_500 * unit() * unit();
      if (kind < 0.4)
        this.#during(
          ms,
          () => this.#network.cut(node.spec.name),
          () => this.#network.heal(node.spec.name),
        );
      else if (kind < 0.75) {
        const { process } = node;
        this.#during(
          ms,
          () => process?.pause(),
          () => process?.resume(),
        );
      } else
        this.#during(
          ms,
          () => node.kill(),
          () => this.#restart(node),
        );
      line.after(ms + 2000 + 30_000 * unit(), next);
    };
    line.after(15_000 * unit(), next);
  }

  #during(ms: number, begin: () => void, end: () => void): void {
    begin();
    this.#world.line.after(ms, () => {
      this.#world.touch();
      end();
    });
  }

  #restart(node: SimNode): void {
    if (node.process === null && this.#isFaulty) node.start();
  }

  #heal(node: SimNode): void {
    this.#network.heal(node.spec.name);
    node.process?.resume();
    if (node.process === null) node.start();
  }

  #openSamples(): OpenSample[] {
    const { db, clock } = this.#store;
    const open = db.prepare(`SELECT * FROM open_samples
      WHERE EXISTS (SELECT 1 FROM nodes WHERE token = owner AND until > ?)`);
    return open.all(clock.nowMs()).map(openSampleOf);
  }

  #streams(): HeldStream[] {
    const { db, clock } = this.#store;
    const taker = db.prepare(`SELECT name FROM streams s JOIN nodes n ON n.token = s.node
      WHERE s.hotkey = ? AND n.until > ?`);
    return this.#miners.flatMap(({ hotkey, process }) => {
      if (process === null) return [];
      const recorded = taker.get(hotkey, clock.nowMs())?.name;
      return [{ hotkey, process, recorded: recorded === undefined ? null : String(recorded) }];
    });
  }

  #startAll(): void {
    for (const node of this.#nodes) node.start();
  }

  #killAll(): void {
    for (const node of this.#nodes) node.kill();
  }

  #pass(ms: number): Promise<void> {
    this.#world.touch();
    return this.#world.run(this.#world.line.now + ms, () => true);
  }
}

function minerOf(hotkey: string, uid: number): ChainMiner {
  return { hotkey, uid } as ChainMiner;
}
