import { silentLog } from "../../src/core/log.ts";
import type { LinkListener } from "../../src/flow/link.ts";
import { followStanding } from "../../src/validator/roles/follow.ts";
import { weigh } from "../../src/validator/schedule.ts";
import { HeldProcess } from "../engine/heldProcess.ts";
import { ModelTimers } from "../engine/modelTimers.ts";
import type { SeededRandom } from "../engine/seededRandom.ts";
import type { Door } from "../network/simLink.ts";
import { ModelMarks } from "./marks.ts";
import { alone, joined } from "./place.ts";
import type { SharedModelStore } from "./sharedStore.ts";
import { makeStages, type Stages, type ValidatorModules } from "./stages.ts";

/** The dispatcher's tick; in production four times per second, which only notices due events sooner. */
const TICK_MS = 1000;
/** Interval of the work on epochs, history and weights; no decision depends on it. */
const SLOW_TICK_MS = 60_000;
/** How long a process of several that stops waits for jobs in flight, and then for verification. */
const DRAIN_MS = 5000;
const DRAINED_MS = 100;

export interface ProcessOptions {
  /** From 1. */
  readonly number: number;
  /** Other processes share the store. */
  readonly isShared: boolean;
  /** The scenario ends it or lets it stand still, or others share the store: what it asks and hears goes through its own time. */
  readonly isHeld: boolean;
}

export interface ProcessModules
  extends Omit<ValidatorModules, "membership" | "process" | "random" | "marks"> {
  readonly store: SharedModelStore;
  readonly random: SeededRandom;
  /** Whether the validator can reach nobody. */
  readonly isCutOff: () => boolean;
  readonly ticked: (stages: Stages) => void;
}

/** One process of a validator over all its runs: its folder stays, everything else is made anew. */
export class ValidatorProcess implements Door {
  readonly number: number;
  /** Null while it is down. */
  stages: Stages | null = null;
  /** Of the verification threads, without the present run, ms. */
  busyMs = 0;
  readonly #options: ProcessOptions;
  readonly #modules: ProcessModules;
  readonly #marks: ModelMarks;
  #run: HeldProcess;
  #isStopping = false;

  constructor(options: ProcessOptions, modules: ProcessModules) {
    this.number = options.number;
    this.#options = options;
    this.#modules = modules;
    this.#marks = options.isShared ? new ModelMarks() : modules.store.marks;
    this.#run = new HeldProcess(modules.world);
  }

  get listener(): LinkListener | null {
    const { stages } = this;
    if (stages === null || this.#modules.isCutOff()) return null;
    return stages.shared?.listener ?? stages.dispatcher;
  }

  get isPaused(): boolean {
    return this.#run.isPaused;
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Whether a request or a connection gets an answer at once. */
  get serves(): boolean {
    return this.listener !== null && !this.isPaused && !this.#isStopping;
  }

  deliver(run: () => void): void {
    this.#run.deliver(run);
  }

  async start(): Promise<void> {
    const { spec, store, world } = this.#modules;
    const { isShared, isHeld, number } = this.#options;
    const run = new HeldProcess(world);
    this.#run = run;
    const membership = isShared
      ? await joined(store, run, `${spec.name}-${number}`)
      : alone(store, isHeld ? run : null);
    const made = { ...this.#modules, membership, marks: this.#marks, process: isHeld ? run : null };
    const stages = await makeStages(made);
    // Ended, and maybe started again, meanwhile.
    if (run.isDead || this.#run !== run) return;
    this.stages = stages;
    this.#isStopping = false;
    world.line.every(TICK_MS, () => this.#tick(stages));
    if (isShared) share(stages, new ModelTimers(run));
    else world.line.every(SLOW_TICK_MS, () => this.#slowTick(stages));
  }

  /** Stops as a validator does; a single process waits for nothing. False when it was down, or ends otherwise. */
  async stop(): Promise<boolean> {
    const { stages } = this;
    if (stages === null || this.#isStopping) return false;
    this.#isStopping = true;
    const run = this.#run;
    if (this.#options.isShared) await leave(stages, run);
    else await stages.dispatcher.drain(0);
    return this.#end(run);
  }

  /** Ends at once: nothing is given up or recorded. False when it was down. */
  kill(): boolean {
    return this.stages !== null && this.#end(this.#run);
  }

  /** Stands still for a while; false when it is down, or does so already. */
  pause(forMs: number): boolean {
    const run = this.#run;
    if (this.stages === null || run.isPaused) return false;
    run.pause();
    this.#modules.world.line.after(forMs, () => {
      this.#modules.world.touch();
      run.resume();
    });
    return true;
  }

  #end(run: HeldProcess): boolean {
    if (run !== this.#run || run.isDead) return false;
    run.kill();
    this.busyMs += this.stages?.pool.servers.busyMs ?? 0;
    this.stages = null;
    this.#isStopping = false;
    return true;
  }

  /** False once these stages are not the running ones any more. */
  #tick(stages: Stages): boolean {
    if (this.stages !== stages) return false;
    if (this.isPaused) return true;
    stages.dispatcher.tick();
    this.#modules.ticked(stages);
    return true;
  }

  #slowTick(stages: Stages): boolean {
    if (this.stages !== stages) return false;
    if (this.isPaused) return true;
    const { world } = this.#modules;
    const { sampler, judge, weigher, dispatcher } = stages;
    for (const part of [sampler, judge, weigher]) world.spawn(part.tick());
    // The caps that it starts again with after an end without notice.
    if (this.#options.isHeld) world.spawn(dispatcher.save());
    return true;
  }
}

/** What a process does on its timers where others share its store. */
function share(stages: Stages, timers: ModelTimers): void {
  const { shared, mirror, membership, sampler, judge, dispatcher } = stages;
  timers.every("sampler", SLOW_TICK_MS, () => sampler.tick());
  timers.every("judge", SLOW_TICK_MS, () => judge.tick());
  timers.every("weigher", SLOW_TICK_MS, () => weigh(stages));
  timers.every("dispatch_state", SLOW_TICK_MS, () => dispatcher.save());
  shared?.schedule(timers);
  if (mirror !== null) followStanding({ store: membership.store, log: silentLog }, mirror, timers);
}

/** Ends what it has, or gives it up, and leaves the others; one that stands still does so when it goes on. */
async function leave({ dispatcher, proofVerifier, membership }: Stages, run: HeldProcess): Promise<void> {
  await run.later(0, () => undefined);
  await dispatcher.drain(DRAIN_MS);
  for (let waited = 0; proofVerifier.open > 0 && waited < DRAIN_MS; waited += DRAINED_MS)
    await run.later(DRAINED_MS, () => undefined);
  await membership.close();
}
