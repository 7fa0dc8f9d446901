import type { WeightMethod } from "../../../flow/weightPlan.ts";
import type { WeightLimits } from "../node.ts";
import type { ScheduleState } from "../timelock/schedule.ts";
import type { Refusal } from "./check.ts";

/** `auto`: by the subnet's setting. */
export type WeightsSetting = "auto" | WeightMethod;

export type MethodChoice =
  | { readonly kind: "method"; readonly method: WeightMethod }
  | { readonly kind: "refused"; readonly refusal: Refusal };

const refused = (text: string): MethodChoice => ({ kind: "refused", refusal: { text, retryAt: null } });

/** How weights go to the chain: openly where commit-reveal is off, timelocked where it is on, or as the operator demands. */
export function methodOf(
  setting: WeightsSetting,
  limits: Pick<WeightLimits, "commitReveal">,
  { isByHeight = false }: Pick<ScheduleState, "isByHeight">,
): MethodChoice {
  const choice = chosen(setting, limits);
  if (!isByHeight || choice.kind === "refused" || choice.method !== "timelocked") return choice;
  return refused(
    "commit-reveal is on in this subnet, and the runtime is from before timelocked commits by epochs on record; set chain.weights: commit",
  );
}

function chosen(setting: WeightsSetting, { commitReveal }: Pick<WeightLimits, "commitReveal">): MethodChoice {
  if (setting === "auto") return { kind: "method", method: commitReveal ? "timelocked" : "set" };
  if ((setting === "set") !== commitReveal) return { kind: "method", method: setting };
  const text = commitReveal
    ? "chain.weights is set, and commit-reveal is on in this subnet, which takes no open weights; use auto, timelocked or commit"
    : `chain.weights is ${setting}, and commit-reveal is off in this subnet, which takes no commits; use auto or set`;
  return refused(text);
}
