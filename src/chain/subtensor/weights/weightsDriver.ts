import type { Clock } from "../../../core/clock.ts";
import type { Log } from "../../../core/log.ts";
import type { Metrics } from "../../../core/metrics.ts";
import { AssayError } from "../../../core/problems/assayError.ts";
import type { Random } from "../../../core/random.ts";
import type { HeldWeights, UidWeight, WeightOrder } from "../../../flow/chain.ts";
import type { Store } from "../../../flow/store.ts";
import type { WeightPlan, WeightPlans } from "../../../flow/weightPlan.ts";
import type { FinalizedBlock, SubtensorNode } from "../node.ts";
import { advance } from "./advance.ts";
import { heldOf } from "./held.ts";
import { Maker } from "./maker.ts";
import { WeightsMeasures } from "./measures.ts";
import type { WeightsSetting } from "./method.ts";
import { isLater, moved, newPlan, type PlanPlace } from "./plan.ts";
import { readChain, readPlan } from "./readView.ts";
import type { BurnAbsent } from "./resolve.ts";
import { Sender } from "./sender.ts";
import { type Situation, type Step, stopped } from "./step.ts";
import type { ChainView, FoundCommit } from "./view.ts";
import { stopText, UpdateWatch } from "./watch.ts";
import {
  alarmsOf,
  heightsOf,
  type Look,
  unknownHeights,
  type WeightsHeights,
  type WeightsStatus,
} from "./weightsStatus.ts";
import { type CallBound, within } from "./within.ts";

export interface WeightsOptions extends PlanPlace {
  readonly setting: WeightsSetting;
  readonly burnAbsent: BurnAbsent;
  readonly everyTempos: number;
  /** Sent with weights; null: the subnet's own. */
  readonly versionKey: number | null;
  /** Bound on one call to the node, ms; 30,000. */
  readonly callMs?: number;
}

export type WeightsStore = WeightPlans & Pick<Store, "note" | "setNote">;

export interface WeightsModules {
  readonly node: SubtensorNode;
  readonly store: WeightsStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Why nothing may be sent just now, such as endpoints that disagree; null when it may. */
  readonly hold?: () => string | null;
  /** Nothing is done while another process is the one that weighs. Always this one, when left out. */
  readonly isLeader?: () => boolean;
}

const CALL_MS = 30_000;
/** Plans that are looked at beside those that are open: for the latest one, and for whose the last move on chain is. */
const RECENT = 8;

/**
 * Brings weights to the chain, once per period. Everything that a restart needs is on record before it has an effect: the content before
 * it is signed, the bytes before they are sent. What happened is read from finalised blocks alone.
 */
export class WeightsDriver {
  readonly #options: WeightsOptions;
  readonly #modules: WeightsModules;
  readonly #measures: WeightsMeasures;
  readonly #sender: Sender;
  readonly #maker: Maker;
  readonly #watch: UpdateWatch;
  readonly #closing = new AbortController();
  readonly #bound: CallBound;
  #tail: Promise<unknown> = Promise.resolve();
  #ticking: Promise<void> | null = null;
  /** The block that was looked at and acted on; null when there is something new to do at it. */
  #doneBlock: number | null = null;
  #heights: WeightsHeights = unknownHeights;
  #held: HeldWeights | null = null;
  /** Timelocked commits that the look under way has found. */
  #found: FoundCommit[] = [];

  constructor(options: WeightsOptions, modules: WeightsModules) {
    this.#options = options;
    this.#modules = modules;
    this.#measures = new WeightsMeasures(modules);
    this.#sender = new Sender(modules.node);
    this.#watch = new UpdateWatch(options, modules);
    this.#bound = { ms: options.callMs ?? CALL_MS, signal: this.#closing.signal };
    const { sender, measures, bound } = {
      sender: this.#sender,
      measures: this.#measures,
      bound: this.#bound,
    };
    this.#maker = new Maker({ ...modules, sender, measures, bound });
  }

  /** Records the plan of a period; one that is on record stays as it is. Throws `chain_unavailable` and `store_unavailable`. */
  submit(order: WeightOrder): Promise<readonly UidWeight[]> {
    return this.#alone(async () => {
      const { store, node, clock } = this.#modules;
      const known = await store.weightPlan(order.period);
      if (known !== null) return known.left_out;
      const block = node.finalized()?.number;
      if (block === undefined) throw new AssayError({ code: "chain_unavailable", retry_after_s: 12 });
      await store.saveWeightPlan(newPlan(order, this.#options, { block, at: clock.nowMs() }));
      this.#doneBlock = null;
      return [];
    });
  }

  /**
   * Looks at the latest finalised block and does what follows from it; a call during another joins it. Rejects when node or store fail:
   * what was not done is done at a later call.
   */
  tick(): Promise<void> {
    this.#ticking ??= this.#alone(() => this.#step()).finally(() => {
      this.#ticking = null;
    });
    return this.#ticking;
  }

  status(): WeightsStatus {
    return { ...this.#heights, stopped: this.#watch.stop, alarms: this.#measures.openAlarms() };
  }

  /** What the block that was looked at last shows; null before the first look. */
  held(): HeldWeights | null {
    return this.#held;
  }

  /** Goes on after an alarm that stopped weights. */
  resume(reason: string): Promise<void> {
    return this.#alone(async () => {
      await this.#watch.resume(reason, this.#modules.clock.nowMs());
      this.#doneBlock = null;
    });
  }

  /** Ends what is under way, without waiting for the node. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#sender.close();
    await this.#tail;
  }

  #isLeader(): boolean {
    return this.#modules.isLeader?.() ?? true;
  }

  /** One at a time, in the order of the calls. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#tail.then(work);
    this.#tail = run.catch(() => {});
    return run;
  }

  async #step(): Promise<void> {
    const block = this.#modules.node.finalized();
    if (this.#closing.signal.aborted || block === null) return;
    if (!this.#isLeader()) {
      this.#doneBlock = null;
      return;
    }
    if (block.number === this.#doneBlock) return;
    this.#sender.sweep(block.number);
    await this.#watch.read();
    const look = await this.#look(block);
    await this.#watch.look(look.view, look.plans, this.#modules.clock.nowMs());
    this.#heights = heightsOf(look, this.#heights);
    this.#held = heldOf(look.view, this.#found);
    this.#measures.heights(this.#heights);
    this.#measures.alarms(alarmsOf(look, this.#watch.stop), block.number);
    for (const step of look.steps) await this.#act(step, look.view);
    this.#doneBlock = block.number;
  }

  /** Steps all open plans, the oldest first, and records what they have become. */
  async #look(block: FinalizedBlock): Promise<Look> {
    const { store, node } = this.#modules;
    const [open, recent] = await Promise.all([store.openWeightPlans(), store.weightPlans(null, RECENT)]);
    this.#found = [];
    const { hotkey, setting } = this.#options;
    const wantsHashes = setting === "commit" || open.some(({ method }) => method === "commit");
    const view = await readChain(node, block, { hotkey, bound: this.#bound }, wantsHashes);
    const plans = new Map([...recent, ...open].map((plan) => [plan.period, plan]));
    const steps: Step[] = [];
    for (const plan of open.toSorted((a, b) => (isLater(a, b) ? 1 : -1))) {
      const step = await this.#stepOf(plan, view, [...plans.values()]);
      await this.#record(plan, step);
      plans.set(plan.period, step.plan);
      steps.push(step);
    }
    return { view, steps, plans: [...plans.values()].sort((a, b) => (isLater(a, b) ? -1 : 1)) };
  }

  async #stepOf(plan: WeightPlan, view: ChainView, plans: readonly WeightPlan[]): Promise<Step> {
    const { node, clock } = this.#modules;
    const { netuid, mechanism, hotkey, setting } = this.#options;
    if (plan.netuid !== netuid || plan.mechanism !== mechanism || plan.hotkey !== hotkey) {
      const at = { block: view.block.number, at: clock.nowMs() };
      const why = "the validator was started with another subnet, mechanism or hotkey";
      return stopped(moved(plan, "missed", at, why));
    }
    const seen = await readPlan(node, view, plan, { hotkey, setting, bound: this.#bound });
    this.#found.push(...seen.timelocked);
    const situation = this.#situation(plan, view, plans);
    const step = advance(plan, seen, situation);
    if (step.action.kind !== "read") return step;
    const metagraph = await within(this.#bound, node.metagraph(view.block));
    return advance(plan, { ...seen, metagraph }, situation);
  }

  #situation(plan: WeightPlan, { schedule }: ChainView, plans: readonly WeightPlan[]): Situation {
    const { setting, burnAbsent, versionKey, everyTempos } = this.#options;
    const { clock, hold } = this.#modules;
    const { stop } = this.#watch;
    return {
      nowMs: clock.nowMs(),
      ...{ setting, burnAbsent, versionKey },
      held: stop === null ? (hold?.() ?? null) : stopText(stop),
      isSucceeded: plans.some((other) => isLater(other, plan)),
      periodBlocks: schedule.tempo * everyTempos,
      behind:
        plans.find((other) => other.state === "submitted" && other.period !== plan.period)?.period ?? null,
      sentAt: this.#sender.sentAt(plan),
      failure: this.#sender.failureOf(plan),
      unmade: this.#maker.unmadeOf(plan),
      includedAt: this.#sender.includedAt(plan),
    };
  }

  /** What is about to be made is recorded with its content, later. */
  async #record(before: WeightPlan, { plan, action }: Step): Promise<void> {
    if (action.kind === "make" || (before.state === plan.state && before.reason === plan.reason)) return;
    await this.#modules.store.saveWeightPlan(plan);
    this.#measures.changed(before, plan);
  }

  async #act({ plan, action }: Step, view: ChainView): Promise<void> {
    if (this.#watch.stop !== null || this.#closing.signal.aborted || !this.#isLeader()) return;
    if (action.kind === "send") this.#sender.send(action.extrinsic, view.block.number);
    if (action.kind === "make") await this.#maker.make(plan, action, view);
  }
}
