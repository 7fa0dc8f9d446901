import { createSecretKey, type KeyObject } from "node:crypto";
import { epochAt } from "../../src/core/ids.ts";
import { decide } from "../../src/sample/draw.ts";
import { type Rates, ratesOf } from "../../src/sample/policy.ts";
import type { Timeline } from "../engine/timeline.ts";
import type { ModelLog } from "../validator/log.ts";
import { LANE } from "./lane.ts";
import type { Reveals } from "./predictor.ts";

interface Revealed {
  readonly key: KeyObject;
  readonly rates: Rates;
}

/** What anyone can calculate from the published records of closed epochs, for draws of the lane's own class. */
export function revealsOf(logs: readonly ModelLog[], line: Timeline, epochHours: number): Reveals {
  const known = new Map<string, Revealed>();
  const revealed = (validator: number, epoch: number): Revealed | null => {
    const record = logs[validator]?.epoch(epoch) ?? null;
    if (record === null || record.revealed_key === null) return null;
    const hex = record.revealed_key;
    const found = known.get(hex) ?? {
      key: createSecretKey(Buffer.from(hex, "hex")),
      rates: ratesOf(record.policy),
    };
    known.set(hex, found);
    // Only the last few epochs of each validator are needed.
    if (known.size > 8 * logs.length) known.delete(known.keys().next().value ?? "");
    return found;
  };
  const epochNow = (): number => epochAt(line.clock.nowMs(), epochHours);
  /** The second epoch before this one is the newest that can be closed. */
  const newest = (validator: number): number | null => {
    for (let epoch = epochNow() - 2; epoch > epochNow() - 5; epoch--)
      if (revealed(validator, epoch) !== null) return epoch;
    return null;
  };
  const wasSampled: Reveals["wasSampled"] = (validator, epoch, hotkey, jobId) => {
    const found = revealed(validator, epoch);
    if (found === null) return null;
    return decide(found.key, found.rates, { epoch, lane: LANE, hotkey, workId: jobId, classes: [] }).sampled;
  };
  return {
    newest,
    epochNow,
    wasSampled,
    byOldKey: (validator, hotkey, jobId) => {
      const epoch = newest(validator);
      return epoch === null ? null : wasSampled(validator, epoch, hotkey, jobId);
    },
  };
}
