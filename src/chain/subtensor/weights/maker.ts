import type { Clock } from "../../../core/clock.ts";
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
  readonly random: Random;
  readonly sender: Sender;
  readonly measures: WeightsMeasures;
  readonly bound: CallBound;
}

/** Makes extrinsics: what they hold is on record before it is signed, their bytes are before they are sent. */
export class Maker {
  readonly #modules: MakerModules;

  constructor(modules: MakerModules) {
    this.#modules = modules;
  }

  /** Does nothing while the hotkey has another extrinsic under way: the next block asks again. */
  async make(plan: WeightPlan, action: Extract<Action, { kind: "make" }>, view: ChainView): Promise<void> {
    const block = view.block.number;
    const giveBack = takeNonceTurn(plan.hotkey, block);
    if (giveBack === null) return;
    try {
      await this.#make(plan, action, view, giveBack);
    } catch (error) {
      giveBack();
      throw error;
    }
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
      purpose === "weights" ? { ...moved(ready, "submitted", at), attempts: ready.attempts + 1 } : ready;
    await store.saveWeightPlan(withExtrinsic(submitted, extrinsic));
    measures.sent(submitted, purpose);
    sender.send(extrinsic, at.block, giveBack);
  }
}
