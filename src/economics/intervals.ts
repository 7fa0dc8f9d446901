import { binomialAtLeast } from "./beta.ts";
import { bisect } from "./bisect.ts";

/** The exact (Clopper-Pearson) interval of a rate after `hits` in `trials`; holds the true rate with at least `confidence`. */
export function clopperPearson(
  hits: number,
  trials: number,
  confidence = 0.95,
): { readonly low: number; readonly high: number } {
  const tail = (1 - confidence) / 2;
  return {
    low: hits === 0 ? 0 : bisect((rate) => binomialAtLeast(hits, trials, rate), tail, 0, 1),
    high: hits === trials ? 1 : bisect((rate) => binomialAtLeast(hits + 1, trials, rate), 1 - tail, 0, 1),
  };
}
