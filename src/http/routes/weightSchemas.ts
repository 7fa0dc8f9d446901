import { Type } from "typebox";
import { block, count, millis, object, orNull, vector, words } from "./schemas.ts";

const state = words("planned", "submitted", "committed", "revealed", "confirmed", "missed");
const method = orNull(words("set", "commit", "timelocked"));
const reason = orNull(Type.String({ description: "Why it waits, was tried again or was missed" }));
const u16 = Type.Integer({ minimum: 0, maximum: 65_535 });
const hash = Type.String({ description: "Blake2b-256, hex with 0x" });

const row = object({ uid: count, hotkey: Type.String(), u16 });
const uidWeight = object({ uid: count, u16 });

const step = object({ state, block, at: millis, reason: orNull(Type.String()) });
const extrinsic = object({
  purpose: words("weights", "reveal"),
  hash,
  nonce: count,
  from_block: block,
  until_block: Type.Integer({ minimum: 0, description: "The last block that can include it" }),
});

/** The way of a period's weights to the chain. */
const plan = object({
  period: count,
  netuid: count,
  mechanism: count,
  hotkey: Type.String(),
  state,
  reason,
  method,
  attempts: count,
  burn_hotkey: orNull(Type.String()),
  version_key: count,
  rows: Type.Array(row, { description: "What the vector asks for" }),
  sent: Type.Array(row, {
    description: "What was sent, by the uids of the block of submission; empty before that",
  }),
  left_out: Type.Array(row, { description: "Rows whose hotkey was not registered then" }),
  round: orNull(Type.Integer({ minimum: 0, description: "The round of the beacon that opens the commit" })),
  commit_block: orNull(block),
  commit_epoch: orNull(count),
  confirmed_block: orNull(block),
  steps: Type.Array(step, { maxItems: 64, description: "Oldest first" }),
  extrinsics: Type.Array(extrinsic, { maxItems: 16, description: "Oldest first" }),
});

/** What the chain held for the validator when it was last looked at. */
const held = object({
  block,
  uid: orNull(count),
  weights: Type.Array(uidWeight),
  hash_commits: Type.Array(object({ hash, epoch: count, block })),
  timelocked_commits: Type.Array(object({ epoch: count, block, round: count })),
});

export const weightsWithPlan = object({ vector, plan: orNull(plan), chain: orNull(held) });

const summary = object({
  period: count,
  state,
  method,
  reason,
  attempts: count,
  planned_at: millis,
  changed_at: Type.Integer({ minimum: 0, description: "When the state was reached, Unix ms" }),
  blocks: Type.Partial(
    object({
      planned: block,
      submitted: block,
      committed: block,
      revealed: block,
      confirmed: block,
      missed: block,
    }),
    { additionalProperties: false, description: "The finalised height at which each state was reached last" },
  ),
  extrinsic: orNull(Type.String({ description: "Hash of the last one, hex with 0x" })),
});
export const weightPlanPage = object({ items: Type.Array(summary), next_before: orNull(count) });

const stopped = object({ code: Type.String(), block, at: millis });
const alarm = object({ code: Type.String(), text: Type.String(), since_block: block });
/** How weights stand, and what the operator must know about them. */
export const chainWeights = object({
  block: orNull(Type.Integer({ minimum: 0, description: "The last finalised block that was looked at" })),
  plans: Type.Array(summary, { description: "Neither confirmed nor missed, the oldest first" }),
  waits: orNull(Type.String({ description: "Why nothing is sent" })),
  retry_at: orNull(block),
  next_epoch_block: orNull(block),
  last_confirmed: orNull(object({ period: count, block })),
  stopped: orNull(stopped),
  alarms: Type.Array(alarm),
});
