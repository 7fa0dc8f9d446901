import { Type } from "typebox";
import { type ReasonKind, reasonKinds } from "../../flow/reasons.ts";
import { minerLimit } from "./dispatchSchemas.ts";
import { block, millis, object, orNull, words } from "./schemas.ts";

const suspension = object({
  kind: words("strike", "unreachable", "operator"),
  until_block: block,
  reason: Type.String(),
  by: Type.String(),
  at: millis,
});
const push = object({
  connected: Type.Boolean({ description: "Whether jobs can reach it" }),
  cap: Type.Integer({ minimum: 0, description: "Jobs that it may have in flight at once" }),
  limit: minerLimit,
});
const reason = object({
  kind: Type.Unsafe<ReasonKind>(words(...reasonKinds)),
  code: Type.String({ description: "Of the problem, or of the verdict" }),
  blame: words("miner", "operator", "validator", "none"),
  count: Type.Integer({ minimum: 1 }),
  last_at: millis,
});
/** What holds for a miner now; all of it its own jobs and requests show it too. */
export const minerDetails = object({
  hotkey: Type.String(),
  suspension: orNull(suspension),
  push: orNull(push),
  reasons: Type.Array(reason, {
    description:
      "Why requests and answers of it earned nothing since it was first seen, up to the last whole minute: `refused` requests (only those whose signature had been verified, since anyone can name any hotkey), `rejected` answers, and `void` ones",
  }),
  presumed_ours_at: orNull(
    Type.Integer({
      minimum: 0,
      description:
        "When failures of miners were last presumed to be the validator's fault, Unix ms: no miner was put out for them",
    }),
  ),
});
