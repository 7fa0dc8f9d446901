import type { SentExtrinsic, WeightPlan } from "../../../flow/weightPlan.ts";
import { type Situation, type Step, stay } from "./step.ts";
import type { PlanView } from "./view.ts";

/** Blocks after which the same bytes are sent once more. */
const RESEND_BLOCKS = 4;

/** The stored bytes again, while the chain can still include them: the same bytes cannot be included twice. */
export function resend(
  plan: WeightPlan,
  extrinsic: SentExtrinsic,
  view: PlanView,
  { sentAt, held }: Situation,
): Step {
  if (held !== null) return stay(plan, held);
  const isDue = sentAt === null || view.block.number - sentAt >= RESEND_BLOCKS;
  const step = stay(plan, null);
  return isDue ? { ...step, action: { kind: "send", extrinsic } } : step;
}
