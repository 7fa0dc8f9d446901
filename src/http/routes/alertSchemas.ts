import { type Static, Type } from "typebox";
import { millis, object, orNull, words } from "./schemas.ts";

const severity = words("warning", "critical");
const rule = Type.String({ description: "Name of the rule, as docs/runbook.md has it" });

const alert = object({
  rule,
  severity,
  state: words("pending", "firing", "resolved", "muted"),
  text: Type.String({ description: "What was found, and what to do" }),
  runbook: Type.String({ description: "Where to read on" }),
  since: orNull(Type.Number({ description: "When it began, Unix ms; null for a mute of what is well" })),
  resolved_at: orNull(Type.Number({ description: "Unix ms" })),
  muted_until: orNull(Type.Number({ description: "Unix ms" })),
  value: orNull(Type.Number()),
  threshold: orNull(Type.Number({ description: "What bounds the value; null where the rule has no number" })),
});

const event = object({
  at: Type.Number({ description: "Unix ms" }),
  rule,
  what: words("firing", "resolved", "muted", "unmuted"),
  text: Type.String(),
});

export const alertList = object({
  items: Type.Array(alert, { description: "Of rules that found something, or are muted" }),
  history: Type.Array(event, { description: "The newest first" }),
});
export type AlertList = Static<typeof alertList>;

const reason = Type.String({ minLength: 1, maxLength: 500, description: "Kept in the history" });
/** 30 days. */
const MINUTES_MOST = 43_200;

export const muteBody = object({
  rule: Type.String({ minLength: 1, maxLength: 64 }),
  minutes: Type.Number({ exclusiveMinimum: 0, maximum: MINUTES_MOST }),
  reason,
});
export type MuteRequest = Static<typeof muteBody>;

export const mute = object({ rule, until: millis, reason });
export type MuteView = Static<typeof mute>;

export const rulePath = object({ rule: Type.String({ minLength: 1, maxLength: 64 }) });
export const unmuted = object({ rule, unmuted: Type.Literal(true) });

const tested = object({
  sink: Type.String(),
  kind: words("webhook", "alertmanager", "slack"),
  ok: Type.Boolean({ description: "Whether it took the message" }),
  status: orNull(Type.Integer({ description: "HTTP status; null when it could not be asked" })),
  error: orNull(Type.String({ description: "What it said, or why it could not be asked" })),
});
export const alertTest = object({ items: Type.Array(tested) });
export type AlertTest = Static<typeof alertTest>;
