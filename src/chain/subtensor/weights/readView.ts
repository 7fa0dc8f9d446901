import type { WeightPlan } from "../../../flow/weightPlan.ts";
import type { FinalizedBlock, SubtensorNode } from "../node.ts";
import { commitOf } from "./effect.ts";
import { methodOf, type WeightsSetting } from "./method.ts";
import { lastOf } from "./plan.ts";
import { epochOf } from "./step.ts";
import type { ChainView, FoundCommit, PlanView } from "./view.ts";
import { type CallBound, within } from "./within.ts";

export interface ReadOptions {
  readonly hotkey: string;
  readonly bound: CallBound;
}

/** What every plan needs of a block; hash commits only where some plan has one. */
export async function readChain(
  node: SubtensorNode,
  block: FinalizedBlock,
  { hotkey, bound }: ReadOptions,
  wantsHashes: boolean,
): Promise<ChainView> {
  const [limits, schedule, nonce, hashCommits] = await within(
    bound,
    Promise.all([
      node.limits(block, hotkey),
      node.schedule(block),
      node.nonceAt(block),
      wantsHashes ? node.hashCommits(block, hotkey) : [],
    ]),
  );
  const weights = limits.uid === null ? [] : await within(bound, node.weightsOf(block, limits.uid));
  return { block, limits, schedule, nonce, weights, hashCommits };
}

/** The epochs that a plan's timelocked commit can be stored under. */
function epochsOf(plan: WeightPlan, view: ChainView): number[] {
  const now = epochOf(view);
  if (now === null) return [];
  if (plan.commit_epoch !== null) return [plan.commit_epoch];
  const sent = lastOf(plan, "weights");
  if (plan.state === "planned" || sent === null) return [now];
  const { tempo, revealPeriodEpochs } = view.schedule;
  const passed = Math.ceil((view.block.number - sent.from_block) / tempo) + 1;
  // Those of earlier epochs are deleted.
  const oldest = Math.max(0, now - Math.min(passed, revealPeriodEpochs + 1));
  return Array.from({ length: now - oldest + 1 }, (_, i) => oldest + i);
}

async function readTimelocked(
  node: SubtensorNode,
  view: ChainView,
  plan: WeightPlan,
  { hotkey, bound }: ReadOptions,
): Promise<FoundCommit[]> {
  const reads = epochsOf(plan, view).map(async (epoch) => {
    const commits = await node.timelockedCommits(view.block, hotkey, epoch);
    return commits.map((commit) => ({ epoch, commit }));
  });
  return (await within(bound, Promise.all(reads))).flat();
}

/** Whether a plan's commit can be among the timelocked ones; before it is sent, whether it would be one. */
function isTimelockedOf(plan: WeightPlan, { limits, schedule }: ChainView, setting: WeightsSetting): boolean {
  if (plan.state !== "planned") return plan.method === "timelocked";
  const choice = methodOf(setting, limits, schedule);
  // Without a version the runtime has no such commits.
  return choice.kind === "method" && choice.method === "timelocked" && limits.commitRevealVersion > 0;
}

/** What one plan needs beside it, without the metagraph. */
export async function readPlan(
  node: SubtensorNode,
  view: ChainView,
  plan: WeightPlan,
  options: ReadOptions & { readonly setting: WeightsSetting },
): Promise<PlanView> {
  const isTimelocked = isTimelockedOf(plan, view, options.setting);
  const timelocked = isTimelocked ? await readTimelocked(node, view, plan, options) : [];
  const found: PlanView = { ...view, metagraph: null, timelocked, pulse: null, lastPulseRound: 0 };
  const isGone = plan.method === "timelocked" && plan.state === "committed" && commitOf(plan, found) === null;
  if (!isGone || plan.round === null) return found;
  const [pulse, lastPulseRound] = await within(
    options.bound,
    Promise.all([node.pulse(view.block, plan.round), node.lastPulseRound(view.block)]),
  );
  return { ...found, pulse, lastPulseRound };
}
