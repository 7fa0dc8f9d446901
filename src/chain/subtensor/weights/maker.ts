import type { Clock } from "../../../core/clock.ts";
import type { Log } from "../../../core/log.ts";
import { AssayError } from "../../../core/problems/assayError.ts";
import type { Random } from "../../../core/random.ts";
import type { WeightPlan, WeightPlans } from "../../../flow/weightPlan.ts";
import type { SubtensorNode } from "../node.ts";
import type { WeightsMeasures } from "./measures.ts";
import { takeNonceTurn } from "./nonceTurn.ts";
import { moved, withExtrinsic } from "./plan.ts";
import { callOf, prepared } from "./prepare.ts";
import type { Sender } from "./sender.ts";
import type { Action } from "./step.ts";
import type { ChainView } from "./view.ts";
import { type CallBound, within } from "./within.ts";

/** Blocks in which an extrinsic can be included: enough for a slow finality, and a small part of a tempo. */
const MORTAL_MAX = 32;
const MORTAL_MIN = 8;

function mortalBlocks(tempo: number): number {
  let blocks = MORTAL_MAX;
  while (blocks > MORTAL_MIN && blocks > tempo / 4) blocks /= 2;
  return blocks;
}

interface MakerModules {
  readonly node: SubtensorNode;
  readonly store: WeightPlans;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly sender: Sender;
  readonly measures: WeightsMeasures;
  readonly bound: CallBound;
}

/** What stays until the runtime or the hotkey's file is another one; null for what a later try can change. */
function lasting(error: unknown): string | null {
  if (!(error instanceof AssayError)) return null;
  const { code, message } = error;
  return code === "chain_unavailable" || code === "store_unavailable" ? null : message;
}

/** Makes extrinsics: what they hold is on record before it is signed, their bytes are before they are sent. */
export class Maker {
  readonly #modules: MakerModules;
  /** The last plan of which no extrinsic could be made. */
  #unmade: { readonly period: number; readonly why: string } | null = null;

  constructor(modules: MakerModules) {
    this.#modules = modules;
  }

  /** Why no extrinsic of a plan could be made at the last try. */
  unmadeOf({ period }: WeightPlan): string | null {
    return this.#unmade?.period === period ? this.#unmade.why : null;
  }

  /**
   * Does nothing while the hotkey has another extrinsic under way: the next block asks again. What the runtime or the hotkey's file
   * lacks is noted in the plan, and keeps no other plan waiting. Rejects when node or store fail.
   */
  async make(plan: WeightPlan, action: Extract<Action, { kind: "make" }>, view: ChainView): Promise<void> {
    const block = view.block.number;
    const giveBack = takeNonceTurn(plan.hotkey, block);
    if (giveBack === null) return;
    try {
      await this.#make(plan, action, view, giveBack);
      this.#unmade = null;
    } catch (error) {
      giveBack();
      const why = lasting(error);
      if (why === null) throw error;
      await this.#noteUnmade(plan.period, `no extrinsic can be made: ${why}`);
    }
  }

  async #noteUnmade(period: number, why: string): Promise<void> {
    const { store, log } = this.#modules;
    if (this.#unmade?.period !== period || this.#unmade.why !== why)
      log.error("weights_not_made", { period, cause: why });
    this.#unmade = { period, why };
    const plan = await store.weightPlan(period);
    if (plan !== null) await store.saveWeightPlan({ ...plan, reason: why });
  }

  async #make(
    plan: WeightPlan,
    { purpose, method }: Extract<Action, { kind: "make" }>,
    view: ChainView,
    giveBack: () => void,
  ): Promise<void> {
    const { store, node, random, clock, sender, measures, bound } = this.#modules;
    const at = { block: view.block.number, at: clock.nowMs() };
    const ready = purpose === "weights" ? prepared(plan, method, view, random) : plan;
    await store.saveWeightPlan(ready);
    const nonce = await within(bound, node.nextNonce());
    const call = callOf(ready, purpose, view.limits.commitRevealVersion);
    const options = { nonce, at: view.block, blocks: mortalBlocks(view.schedule.tempo) };
    const { bytes, hash, untilBlock } = await within(bound, node.sign(call, options));
    const extrinsic = { purpose, bytes, hash, nonce, from_block: at.block, until_block: untilBlock };
    const submitted =
      purpose === "weights"
        ? { ...moved(ready, "submitted", at), attempts: ready.attempts + 1 }
        : { ...ready, reason: null };
    await store.saveWeightPlan(withExtrinsic(submitted, extrinsic));
    measures.sent(submitted, purpose);
    sender.send(extrinsic, at.block, giveBack);
  }
}
