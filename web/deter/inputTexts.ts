import { type PlanKey, type PlanTexts, planFields } from "../../src/economics/planner/fields.ts";
import type { Query } from "../read/place.ts";

export const planKeys = Object.keys(planFields) as readonly PlanKey[];

/** The inputs that the address gives. */
export const givenIn = (query: Query): PlanTexts =>
  Object.fromEntries(
    planKeys.flatMap((key) => {
      const text = query[key];
      return text === undefined ? [] : [[key, text]];
    }),
  );

/** One input: what is given wins over what is live, and that over the default. */
export interface InputText {
  readonly text: string;
  readonly source: "given" | "live" | "default";
}

export function inputText(key: PlanKey, given: PlanTexts, live: PlanTexts): InputText {
  const [byHand, told] = [given[key], live[key]];
  if (byHand !== undefined) return { text: byHand, source: "given" };
  if (told !== undefined) return { text: told, source: "live" };
  return { text: planFields[key].usual ?? "", source: "default" };
}
