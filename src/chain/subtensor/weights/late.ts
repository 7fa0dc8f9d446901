import type { WeightPlan } from "../../../flow/weightPlan.ts";
import { plannedBlock } from "./plan.ts";
import { epochOf } from "./step.ts";
import type { ChainView } from "./view.ts";

export const alarmCodes = [
  "another_validator_on_this_hotkey",
  "burn_absent",
  "weights_late",
  "reveal_late",
  "confirmation_late",
] as const;
export type AlarmCode = (typeof alarmCodes)[number];

export interface WeightsAlarm {
  readonly code: AlarmCode;
  readonly text: string;
  /** The finalised height at which it was raised. */
  readonly since_block: number;
}

/** Blocks after which weights that are due and not sent are late. */
export function lateAfterBlocks(tempo: number): number {
  return tempo / 2;
}

/** What is late for a plan: half a tempo until it is sent, a quarter of the epoch in which it is revealed. */
export function lateOf(
  plan: WeightPlan,
  view: Pick<ChainView, "block" | "schedule">,
): { code: AlarmCode; text: string } | null {
  const { block, schedule } = view;
  const why = plan.reason === null ? "" : `: ${plan.reason}`;
  if (plan.state === "planned" || plan.state === "submitted") {
    const age = block.number - plannedBlock(plan);
    if (age <= lateAfterBlocks(schedule.tempo)) return null;
    return {
      code: "weights_late",
      text: `the weights of period ${plan.period} are not on chain ${age} blocks after they were due${why}`,
    };
  }
  const epoch = epochOf(view);
  const isCommitted = plan.state === "committed" && plan.commit_epoch !== null && epoch !== null;
  if (!isCommitted || epoch < plan.commit_epoch + schedule.revealPeriodEpochs) return null;
  const age = block.number - schedule.lastEpochBlock;
  if (age <= schedule.tempo / 4) return null;
  return plan.method === "commit"
    ? {
        code: "reveal_late",
        text: `the commit of period ${plan.period} is not revealed ${age} blocks into its epoch${why}`,
      }
    : {
        code: "confirmation_late",
        text: `the chain has not opened the commit of period ${plan.period} ${age} blocks into its epoch${why}`,
      };
}
