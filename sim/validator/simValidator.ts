import type { AnsweredJob, JobAnswer } from "../../src/flow/job.ts";
import type { Conclusion } from "../../src/flow/jobEnd.ts";
import type { MinerLink } from "../../src/flow/link.ts";
import type { Judge } from "../../src/judge/judge.ts";
import { drawLength, type SeededRandom } from "../engine/seededRandom.ts";
import type { SimWorld } from "../engine/world.ts";
import type { ModelChain } from "../network/chain.ts";
import { SimLink, type ValidatorSide } from "../network/simLink.ts";
import type { SimMiner } from "../network/simMiner.ts";
import type { Scenario, ScenarioEvent, ValidatorSpec } from "../scenario.ts";
import { SimValidatorCounts } from "./counts.ts";
import type { SharedModelStore } from "./sharedStore.ts";
import type { Stages } from "./stages.ts";
import { ValidatorProcess } from "./validatorProcess.ts";

/** A miner that could not connect tries again. */
const RETRY_MS = 15_000;
/** A miner whose process is gone tries another one after this, ms. */
const ELSEWHERE_MS = { low: 500, high: 1500 } as const;
/** A miner that hears nothing for this long takes its process for gone. */
const SILENT_MS = 60_000;

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
  readonly store: SharedModelStore;
}

/** One validator of the network: its processes, its links to miners, and its events. */
export class SimValidator {
  readonly spec: ValidatorSpec;
  readonly chain: ModelChain;
  readonly store: SharedModelStore;
  readonly counts = new SimValidatorCounts();
  readonly links = new Map<SimMiner, SimLink>();
  readonly processes: readonly ValidatorProcess[];
  readonly #modules: SimValidatorModules;
  readonly #side: ValidatorSide;
  readonly #reconnects: SeededRandom;
  #isCutOff = false;

  constructor(modules: SimValidatorModules) {
    const { spec, chain, store, scenario, network, index, random } = modules;
    this.#modules = modules;
    this.spec = spec;
    this.chain = chain;
    this.store = store;
    this.#reconnects = random.of("reconnects");
    this.#side = {
      index,
      jobBytes: scenario.lane.job_bytes,
      answerBytes: scenario.lane.answer_bytes,
      handedIn: (miner, answer) => network.handedIn(miner, answer),
      ended: (link, why) => {
        if (why === "suspended") this.#suspended(link);
        else if (why === "replaced") this.#again(link);
      },
    };
    this.processes = Array.from({ length: spec.processes }, (_, at) => this.#makeProcess(at + 1));
  }

  #makeProcess(number: number): ValidatorProcess {
    const { scenario, spec, world, random, chain, store } = this.#modules;
    const isShared = spec.processes > 1;
    const isHeld = isShared || scenario.events.some((event) => isEndOf(event, spec.name));
    return new ValidatorProcess(
      { number, isShared, isHeld },
      {
        ...{ scenario, spec, world, chain, store, secrets: random },
        random: isShared ? random.of(`process ${number}`) : random,
        isCutOff: () => this.#isCutOff,
        drawn: (draw) => this.counts.drawn(draw),
        concluded: (job, conclusion) => this.#concluded(job, conclusion),
        unreachable: (outcome) => {
          if (outcome === "suspended") this.counts.suspensions++;
        },
        ticked: (stages) => this.#ticked(stages),
      },
    );
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
    return this.#judge?.isSuspended(hotkey) ?? false;
  }

  get #judge(): Judge | null {
    return this.processes.find(({ stages }) => stages !== null)?.stages?.judge ?? null;
  }

  /** The first process that answers, from this one on; null when none does. */
  processFrom(first: number): ValidatorProcess | null {
    const { processes } = this;
    for (let i = 0; i < processes.length; i++) {
      const process = processes[(first + i) % processes.length];
      if (process?.serves) return process;
    }
    return null;
  }

  async start(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.start()));
    this.#connectAll();
  }

  /** Stops, and starts again after a while from its store; one process only, where its number is given. */
  restart(downMs: number, number?: number): void {
    for (const process of this.processes) {
      if (number !== undefined && process.number !== number) continue;
      const stop = async (): Promise<void> => {
        if (await process.stop()) this.#ended(process, downMs);
      };
      this.#modules.world.spawn(stop());
    }
  }

  /** A process ends without notice, and starts again after a while. */
  kill(number: number, downMs: number): void {
    const process = this.processes[number - 1];
    if (process?.kill()) this.#ended(process, downMs);
  }

  /** A process stands still. Its miners hear nothing, and some time later go to others. */
  pause(number: number, forMs: number): void {
    const process = this.processes[number - 1];
    const { line } = this.#modules.world;
    const stages = process?.stages;
    if (!process?.pause(forMs)) return;
    const open = [...this.links.values()].filter(({ door }) => door === process).map((link) => link.open);
    if (forMs > SILENT_MS)
      line.after(SILENT_MS, () => {
        if (process.stages === stages && process.isPaused) this.#leave(process, open);
      });
  }

  /** The validator cannot reach any miner for a while, by its own fault. */
  isolate(forMs: number): void {
    for (const link of this.links.values()) link.drop("gone");
    this.#isCutOff = true;
    this.#modules.world.line.after(forMs, () => {
      this.#isCutOff = false;
      this.#connectAll();
    });
  }

  #ended(process: ValidatorProcess, downMs: number): void {
    const { world } = this.#modules;
    this.#leave(process);
    const start = async (): Promise<void> => {
      await process.start();
      this.#connectAll();
    };
    world.line.after(downMs, () => world.spawn(start()));
  }

  /** The miners of a process lose it, and look for another one. */
  #leave(process: ValidatorProcess, open?: readonly (MinerLink | null)[]): void {
    for (const link of this.links.values()) {
      if (link.door !== process || link.open === null || open?.includes(link.open) === false) continue;
      link.drop("gone");
      if (this.processes.length > 1) this.#again(link);
    }
  }

  #again(link: SimLink): void {
    this.#later(link, drawLength(ELSEWHERE_MS, this.#reconnects.unit));
  }

  #later(link: SimLink, ms = RETRY_MS): void {
    this.#modules.world.line.after(ms, () => this.#connect(link));
  }

  #connectAll(): void {
    for (const link of this.links.values()) this.#connect(link);
  }

  /** To the process that a balancer has for the hotkey, or the next one that answers. */
  #connect(link: SimLink): void {
    const { miner } = link;
    if (miner.isAway || link.open !== null) return;
    const process = this.processFrom(miner.uid);
    // One that starts connects all of them; one that stood still and goes on does not.
    if (process === null && this.processes.some(({ isPaused }) => isPaused)) this.#later(link);
    if (process === null) return;
    if (!this.isSuspended(miner.hotkey)) link.connect(process);
    else this.#modules.world.line.after(this.#freeInMs(miner.hotkey), () => this.#connect(link));
  }

  /** Time until the hotkey is free; bounded, since a suspension may be lifted or prolonged meanwhile. */
  #freeInMs(hotkey: string): number {
    const until = this.#judge?.suspendedUntil(hotkey) ?? null;
    const { block_ms } = this.#modules.scenario.network;
    const left = until === null ? 0 : (until - this.chain.block()) * block_ms;
    // Once per minute while the end is far: an operator, or the 30 % rule, may lift it.
    return Math.max(RETRY_MS, Math.min(left, 4 * RETRY_MS));
  }

  #suspended(link: SimLink): void {
    const { miner } = link;
    const { network } = this.#modules;
    this.counts.suspensions++;
    miner.counts.suspensions++;
    if (miner.counts.cheats === 0) this.counts.honestSuspensions++;
    network.event("suspended", { validator: this.spec.name, miner: miner.name });
    this.#later(link);
  }

  #concluded({ hotkey, jobId }: AnsweredJob, conclusion: Conclusion): void {
    if (conclusion !== "struck") return;
    const { network } = this.#modules;
    this.counts.strikes++;
    network.struck(hotkey);
    network.event("strike", { validator: this.spec.name, hotkey, job_id: jobId });
  }

  #ticked({ dispatcher, proofVerifier }: Stages): void {
    const { holdReason, bytes } = dispatcher.stats();
    const backlog = proofVerifier.pendingUnits();
    this.counts.tick({ holdReason, bytes, backlog, inFlight: this.inFlight() });
    this.#lookAtMemory(bytes);
  }

  /** Without a bound on bytes the host runs out of memory. */
  #lookAtMemory(bytes: number): void {
    const { legacy, host } = this.spec;
    const isStopping = this.processes.some((process) => process.isStopping);
    if (!legacy.memory_unbounded || bytes <= host.memory_bytes || isStopping) return;
    this.counts.crashes++;
    this.#modules.network.event("crashed", { validator: this.spec.name, bytes });
    this.restart(host.down_ms);
  }

  /** Of all its processes. */
  inFlight(): number {
    return this.#sum(({ dispatcher }) => dispatcher.stats().inFlight);
  }

  backlog(): number {
    return this.#sum(({ proofVerifier }) => proofVerifier.pendingUnits());
  }

  /** Jobs that the miner may have at once, where it is connected. */
  capOf(miner: SimMiner): number | null {
    const door = this.links.get(miner)?.door;
    const process = this.processes.find((one) => one === door);
    return process?.stages?.dispatcher.capOf(miner.hotkey)?.usable ?? null;
  }

  /** Busy share of the verification threads so far. */
  verificationLoad(): number {
    const { line } = this.#modules.world;
    const busy = this.processes.reduce((sum, process) => sum + process.busyMs, 0);
    const now = busy + this.#sum(({ pool }) => pool.servers.busyMs);
    const threads = this.spec.host.threads * this.processes.length;
    return line.now === 0 ? 0 : Math.min(1, now / (line.now * threads));
  }

  /** Draws after which a process found that the realised rate had left the design; null if none did. */
  alarmAfter(): number | null {
    const alarms = this.processes.flatMap(
      ({ stages }) => stages?.watch?.alarms() ?? stages?.sampler.alarms() ?? [],
    );
    return alarms.find(({ hotkey }) => hotkey === null)?.draws ?? null;
  }

  #sum(of: (stages: Stages) => number): number {
    return this.processes.reduce((sum, { stages }) => sum + (stages === null ? 0 : of(stages)), 0);
  }
}

/** Whether the event ends one of the validator's processes without notice, or lets it stand still. */
function isEndOf(event: ScenarioEvent, name: string): boolean {
  return (event.do === "kill" || event.do === "pause") && event.validator === name;
}
