import { Type } from "typebox";
import { block, count, millis, object, orNull, words } from "./schemas.ts";

const blame = words("miner", "operator", "validator", "none");
const ratio = Type.Number({ minimum: 0, maximum: 1 });

const verdict = object({
  earning: orNull(Type.Boolean({ description: "Null: it cannot be said yet" })),
  reason: Type.String({ description: "A code, such as earning, weights_late, chain_stale, starting" }),
  text: Type.String({ description: "What happened, why, and what to do" }),
});

const stage = object({
  stage: words("requests", "admitted", "concluded", "accepted", "weighed"),
  count,
  refused: Type.Array(object({ code: Type.String(), blame, count }), {
    description: "Of this stage, what did not reach the next one, by reason; the most frequent first",
  }),
});

const rate = object({
  lane: Type.String(),
  design: Type.Number({ description: "The mean of the rates that the draws were made with" }),
  realised: ratio,
  low: Type.Number({ description: "With a confidence of 99 %, the design is at or above this" }),
  high: Type.Number({ description: "and at or below this" }),
  epoch: count,
});

/** Everything that shows whether the validator works and earns. */
export const overview = object({
  at: millis,
  verdict,
  next_weights: orNull(object({ period: count, block, at: millis })),
  last_weights: orNull(
    object({
      period: count,
      state: words("signed", "planned", "submitted", "committed", "revealed", "confirmed", "missed"),
      at: millis,
    }),
  ),
  funnel: Type.Array(stage, { description: "Submissions and jobs of the last 60 minutes" }),
  sampling: Type.Array(rate, { description: "Of the last closed epoch; open ones are never counted" }),
  miners: object({ active: count, cold_start: count, suspended: count }),
  alerts: object({
    firing: count,
    pending: count,
    muted: count,
    worst: orNull(words("warning", "critical")),
  }),
  version: Type.String(),
  network: Type.String(),
  netuid: count,
  block: orNull(block),
  epoch: object({ number: count, ends_at: millis }),
});

export const historyStep = Type.Enum(["minute", "hour", "day"]);

const point = Type.Tuple([millis, orNull(Type.Number())], {
  description: "First moment of the bucket, and its value; null where nothing was recorded",
});

export const history = object({
  step: historyStep,
  from: millis,
  to: Type.Integer({ minimum: 0, description: "The end of the last bucket" }),
  series: Type.Array(
    object({
      name: Type.String(),
      labels: Type.Record(Type.String(), Type.String()),
      points: Type.Array(point, { description: "Aligned: all series have the same moments" }),
    }),
  ),
  truncated: Type.Boolean({ description: "Whether less is kept than was asked for" }),
});
