import { isBelow64 } from "../core/fraction.ts";
import type { Draw, DrawClass } from "../flow/draw.ts";
import { type Rates, rateFor } from "./policy.ts";

/** What a draw depends on. */
export interface DrawFacts {
  readonly epoch: number;
  readonly lane: string;
  readonly hotkey: string;
  readonly workId: string;
  readonly classes: readonly DrawClass[];
}

/** What follows from the first 8 bytes of a draw's HMAC, 16 hex digits. */
export function decision(x: string, rates: Rates, facts: DrawFacts): Draw {
  const { epoch, lane, hotkey, workId } = facts;
  const applied = rateFor(rates, lane, facts.classes);
  return {
    epoch,
    lane,
    hotkey,
    work_id: workId,
    class: applied.class,
    rate: applied.rate.text,
    x,
    sampled: isBelow64(x, applied.rate),
  };
}
