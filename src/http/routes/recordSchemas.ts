import { Type } from "typebox";
import { block, count, millis, object, orNull, receipt } from "./schemas.ts";

/** A submission as operators see it. */
export const submission = object({
  receipt,
  epoch: count,
  block,
  decided_at: orNull(millis),
  tries: Type.Integer({ minimum: 0, description: "Checks that ended in an error, which is nobody's fault" }),
});

const ledgerStrike = object({
  strike_id: Type.String(),
  hotkey: Type.String(),
  lane: Type.String(),
  block,
  at: millis,
  counted: Type.Boolean({ description: "False once it led to a suspension" }),
  suspended_until: orNull(block),
  lifted: Type.Boolean({
    description: "The suspension would still last, but the hotkey is not suspended as long: it was lifted",
  }),
  epoch: Type.Integer({ minimum: 0, description: "Whose log has the draw" }),
  work_id: Type.String(),
  receipt_id: orNull(Type.String({ description: "Null for a job" })),
  code: Type.String({ description: "What the check found" }),
  checker: Type.String(),
  rule: Type.String(),
});
export const strikePage = object({ items: Type.Array(ledgerStrike), next_before: orNull(count) });
