import type { PlanKey } from "../../src/economics/planner/fields.ts";

/** A slider over one input of a plan. Positions run from 0 to 1. */
export interface Slider {
  readonly key: PlanKey;
  readonly label: string;
  readonly least: number;
  readonly most: number;
  readonly scale: "even" | "logarithmic";
  readonly isWhole: boolean;
  /** A part of a day's income, so that it moves with the income. */
  readonly ofIncome?: boolean;
  readonly unit: string;
}

export const sliders: readonly Slider[] = [
  {
    key: "rate",
    label: "Verified",
    least: 0.001,
    most: 1,
    scale: "logarithmic",
    isWhole: false,
    unit: "share",
  },
  {
    key: "strikes",
    label: "Strikes that suspend",
    least: 1,
    most: 10,
    scale: "even",
    isWhole: true,
    unit: "",
  },
  {
    ...{ key: "suspension_tempos", label: "Suspension", least: 1, most: 5000, scale: "logarithmic" },
    ...{ isWhole: true, unit: "tempos" },
  },
  {
    ...{ key: "window_blocks", label: "A strike counts for", least: 100, most: 1_000_000 },
    ...{ scale: "logarithmic", isWhole: true, unit: "blocks" },
  },
  {
    ...{ key: "gain", label: "Gain of one cheat", least: 1e-5, most: 10, scale: "logarithmic" },
    ...{ isWhole: false, ofIncome: true, unit: "" },
  },
  {
    ...{ key: "margin", label: "Margin", least: 0.01, most: 1, scale: "even", isWhole: false },
    unit: "share of the income",
  },
  {
    ...{ key: "jobs_per_tempo", label: "Jobs of a miner", least: 1, most: 1_000_000, scale: "logarithmic" },
    ...{ isWhole: true, unit: "per tempo" },
  },
];

/** `20/500` is 0.04. NaN for what is no number. */
export function numberOf(text: string): number {
  const [num = "", den] = text.split("/").map((part) => part.trim());
  if (num === "" || den === "") return Number.NaN;
  return den === undefined ? Number(num) : Number(num) / Number(den);
}

const inside = (share: number): number => Math.min(1, Math.max(0, share));

/** Where the handle stands for a value; at the nearest end for one past the slider, at the start for none. */
export function positionOf({ least, most, scale }: Slider, value: number): number {
  if (!(value > 0)) return 0;
  return scale === "even"
    ? inside((value - least) / (most - least))
    : inside(Math.log(value / least) / Math.log(most / least));
}

/** The value of a position, rounded to what people would write: three digits, or a whole number. */
export function valueAt({ least, most, scale, isWhole }: Slider, position: number): number {
  const at = inside(position);
  const value = scale === "even" ? least + at * (most - least) : least * (most / least) ** at;
  const rounded = Number(value.toPrecision(scale === "even" ? 2 : 3));
  return isWhole ? Math.round(rounded) : rounded;
}
