import type { DrawClass } from "../flow/draw.ts";

/** Allocated once, since every job needs one of them. */
const classes: Readonly<Record<"none" | "cold" | "struck" | "both", readonly DrawClass[]>> = {
  none: [],
  cold: ["cold_start"],
  struck: ["struck"],
  both: ["cold_start", "struck"],
};

/** Why a hotkey is sampled above its lane's rate. */
export function drawClasses(isCold: boolean, isStruck: boolean): readonly DrawClass[] {
  if (isCold) return isStruck ? classes.both : classes.cold;
  return isStruck ? classes.struck : classes.none;
}
