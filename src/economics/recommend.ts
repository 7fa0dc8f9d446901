import { leastInteger } from "./bisect.ts";
import { breakEvenRate, deterrence, type Setting, type Temptation } from "./deterrence.ts";

/** The rate or the suspension that makes a cheat cost `factor` times its gain, with the other unchanged. Null where none does. */
export interface Recommendation {
  readonly rate: number | null;
  readonly suspension_tempos: number | null;
}

/** A hundred thousand tempos is the longest suspension that the configuration takes. */
const mostTempos = 100_000;

/** The next number up that four digits can write. */
function roundUp(value: number): number {
  const near = Number(value.toPrecision(4));
  if (near >= value * (1 - 1e-12)) return near;
  return Number((near + 10 ** (Math.floor(Math.log10(value)) - 3)).toPrecision(4));
}

/** The smallest rate, and the smallest whole number of tempos, at which every one of the cheats loses by the factor. */
export function recommend(
  setting: Setting,
  cheats: readonly Temptation[],
  factor: number,
  tempoDays: number,
): Recommendation {
  const rate = roundUp(Math.max(...cheats.map((cheat) => breakEvenRate(setting, cheat, factor))));
  const longEnough = (tempos: number): boolean =>
    cheats.every(
      (cheat) =>
        deterrence({ ...setting, suspensionDays: tempos * tempoDays }, cheat) >= factor * (1 - 1e-12),
    );
  return { rate: rate <= 1 ? rate : null, suspension_tempos: leastInteger(longEnough, 1, mostTempos) };
}
