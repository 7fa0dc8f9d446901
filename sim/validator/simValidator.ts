import type { Draw } from "../../src/flow/draw.ts";
import type { AnsweredJob, JobAnswer } from "../../src/flow/job.ts";
import type { Conclusion } from "../../src/flow/jobEnd.ts";
import type { SeededRandom } from "../engine/seededRandom.ts";
import type { SimWorld } from "../engine/world.ts";
import type { ModelChain } from "../network/chain.ts";
import { SimLink, type ValidatorSide } from "../network/simLink.ts";
import type { SimMiner } from "../network/simMiner.ts";
import type { Scenario, ValidatorSpec } from "../scenario.ts";
import { makeStages, type Stages } from "./stages.ts";
import type { ModelStore } from "./store.ts";

/** The dispatcher's tick; in production four times per second, which only notices due events sooner. */
const TICK_MS = 1000;
/** Interval of the work on epochs, history and weights; no decision depends on it. */
const SLOW_TICK_MS = 60_000;
/** A miner that could not connect tries again. */
const RETRY_MS = 15_000;

/** Events of a validator that the network handles. */
export interface NetworkListener {
  event(event: string, data: object): void;
  struck(hotkey: string): void;
  handedIn(miner: SimMiner, answer: JobAnswer): void;
}

export interface SimValidatorModules {
  readonly scenario: Scenario;
  readonly spec: ValidatorSpec;
  readonly index: number;
  readonly world: SimWorld;
  readonly random: SeededRandom;
  readonly network: NetworkListener;
  readonly chain: ModelChain;
  readonly store: ModelStore;
}

/** Counts of a validator over all its runs. */
export class SimValidatorCounts {
  jobs = 0;
  sampled = 0;
  /** Of the lane's own class. */
  plain = 0;
  plainSampled = 0;
  ticks = 0;
  readonly stops = new Map<string, number>();
  backlogSum = 0;
  backlogMax = 0;
  inFlightMax = 0;
  bytesMax = 0;
  busyMs = 0;
  strikes = 0;
  suspensions = 0;
  honestSuspensions = 0;
  crashes = 0;
}

/** One validator of the network: its stages, its links to miners, and its events. */
export class SimValidator {
  readonly spec: ValidatorSpec;
  readonly chain: ModelChain;
  readonly store: ModelStore;
  readonly counts = new SimValidatorCounts();
  readonly links = new Map<SimMiner, SimLink>();
  /** Null while it is down. */
  stages: Stages | null = null;
  readonly #modules: SimValidatorModules;
  readonly #side: ValidatorSide;
  #isCutOff = false;
  #isStopping = false;

  constructor(modules: SimValidatorModules) {
    const { spec, chain, store, scenario, network, index } = modules;
    this.#modules = modules;
    this.spec = spec;
    this.chain = chain;
    this.store = store;
    const validator = this;
    this.#side = {
      index,
      jobBytes: scenario.lane.job_bytes,
      answerBytes: scenario.lane.answer_bytes,
      get listener() {
        return validator.#isCutOff ? null : (validator.stages?.dispatcher ?? null);
      },
      handedIn: (miner, answer) => network.handedIn(miner, answer),
      ended: (link, why) => {
        if (why === "suspended") this.#suspended(link);
      },
    };
  }

  add(miner: SimMiner): void {
    this.links.set(miner, new SimLink(miner, this.#side, this.#modules.world));
  }

  /** Connects the link as soon as it may. */
  connect(miner: SimMiner): void {
    const link = this.links.get(miner);
    if (link !== undefined) this.#connect(link);
  }

  drop(miner: SimMiner): void {
    this.links.get(miner)?.drop("gone");
  }

  isSuspended(hotkey: string): boolean {
    return this.stages?.judge.isSuspended(hotkey) ?? false;
  }

  async start(): Promise<void> {
    const { world } = this.#modules;
    const stages = await makeStages({
      ...this.#modules,
      drawn: (draw) => this.#drawn(draw),
      concluded: (job, conclusion) => this.#concluded(job, conclusion),
      unreachable: (outcome) => {
        if (outcome === "suspended") this.counts.suspensions++;
      },
    });
    this.stages = stages;
    this.#isStopping = false;
    world.line.every(TICK_MS, () => this.#tick(stages));
    world.line.every(SLOW_TICK_MS, () => this.#slowTick(stages));
    for (const link of this.links.values()) this.#connect(link);
  }

  /** Stops, and starts again after a while from its store. */
  restart(downMs: number): void {
    const { stages } = this;
    const { world } = this.#modules;
    if (stages === null || this.#isStopping) return;
    this.#isStopping = true;
    const stop = async (): Promise<void> => {
      await stages.dispatcher.drain(0);
      this.counts.busyMs += stages.pool.servers.busyMs;
      this.stages = null;
      for (const link of this.links.values()) link.drop("gone");
      world.line.after(downMs, () => world.spawn(this.start()));
    };
    world.spawn(stop());
  }

  /** The validator cannot reach any miner for a while, by its own fault. */
  isolate(forMs: number): void {
    for (const link of this.links.values()) link.drop("gone");
    this.#isCutOff = true;
    this.#modules.world.line.after(forMs, () => {
      this.#isCutOff = false;
      for (const link of this.links.values()) this.#connect(link);
    });
  }

  #connect(link: SimLink): void {
    const { miner } = link;
    if (miner.isAway || link.open !== null || this.#side.listener === null) return;
    if (!this.isSuspended(miner.hotkey)) link.connect();
    else this.#modules.world.line.after(this.#freeInMs(miner.hotkey), () => this.#connect(link));
  }

  /** Time until the hotkey is free; bounded, since a suspension may be lifted or prolonged meanwhile. */
  #freeInMs(hotkey: string): number {
    const until = this.stages?.judge.suspendedUntil(hotkey) ?? null;
    const { block_ms } = this.#modules.scenario.network;
    const left = until === null ? 0 : (until - this.chain.block()) * block_ms;
    // Once per minute while the end is far: an operator, or the 30 % rule, may lift it.
    return Math.max(RETRY_MS, Math.min(left, 4 * RETRY_MS));
  }

  #suspended(link: SimLink): void {
    const { miner } = link;
    const { world, network } = this.#modules;
    this.counts.suspensions++;
    miner.counts.suspensions++;
    if (miner.counts.cheats === 0) this.counts.honestSuspensions++;
    network.event("suspended", { validator: this.spec.name, miner: miner.name });
    world.line.after(RETRY_MS, () => this.#connect(link));
  }

  #drawn({ class: drawClass, sampled }: Draw): void {
    const { counts } = this;
    counts.jobs++;
    if (sampled) counts.sampled++;
    if (drawClass !== "lane") return;
    counts.plain++;
    if (sampled) counts.plainSampled++;
  }

  #concluded({ hotkey, jobId }: AnsweredJob, conclusion: Conclusion): void {
    if (conclusion !== "struck") return;
    const { network } = this.#modules;
    this.counts.strikes++;
    network.struck(hotkey);
    network.event("strike", { validator: this.spec.name, hotkey, job_id: jobId });
  }

  /** False once these stages are not the running ones any more. */
  #tick(stages: Stages): boolean {
    if (this.stages !== stages) return false;
    stages.dispatcher.tick();
    const { holdReason, inFlight, bytes } = stages.dispatcher.stats();
    const backlog = stages.proofVerifier.pendingUnits();
    const { counts } = this;
    counts.ticks++;
    if (holdReason !== null) counts.stops.set(holdReason, (counts.stops.get(holdReason) ?? 0) + 1);
    counts.backlogSum += backlog;
    counts.backlogMax = Math.max(counts.backlogMax, backlog);
    counts.inFlightMax = Math.max(counts.inFlightMax, inFlight);
    counts.bytesMax = Math.max(counts.bytesMax, bytes);
    this.#lookAtMemory(bytes);
    return true;
  }

  /** Without a bound on bytes the host runs out of memory. */
  #lookAtMemory(bytes: number): void {
    const { legacy, host } = this.spec;
    if (!legacy.memory_unbounded || bytes <= host.memory_bytes || this.#isStopping) return;
    this.counts.crashes++;
    this.#modules.network.event("crashed", { validator: this.spec.name, bytes });
    this.restart(host.down_ms);
  }

  #slowTick(stages: Stages): boolean {
    if (this.stages !== stages) return false;
    const { world } = this.#modules;
    for (const part of [stages.sampler, stages.judge, stages.weigher]) world.spawn(part.tick());
    return true;
  }

  /** Busy share of the verification threads so far. */
  verificationLoad(): number {
    const { line } = this.#modules.world;
    const busy = this.counts.busyMs + (this.stages?.pool.servers.busyMs ?? 0);
    return line.now === 0 ? 0 : Math.min(1, busy / (line.now * this.spec.host.threads));
  }

  /** Draws after which the realised rate was found to have left the design; null if it was not. */
  alarmAfter(): number | null {
    const alarms = this.stages?.watch?.alarms() ?? this.stages?.sampler.alarms() ?? [];
    return alarms.find(({ hotkey }) => hotkey === null)?.draws ?? null;
  }
}
