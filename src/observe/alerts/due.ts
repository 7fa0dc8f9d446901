import type { AlertRecord, AlertTold } from "../../core/alert.ts";

/** What a sink is to know, and does not. */
export interface Due {
  readonly told: AlertTold;
  /** Whether the sink is sent it; otherwise it only counts as told. */
  readonly isSent: boolean;
}

/**
 * What a sink has to be told of a rule's last alert; null when it knows. What began and ended while it was muted is not told at
 * all; the end of an alert that was told is, muted or not.
 */
export function dueOf(
  sink: string,
  { rule, state, firedAt }: AlertRecord,
  isMuted: boolean,
  before: AlertTold | undefined,
): Due | null {
  if (firedAt === null) return null;
  const now = state === "firing" ? "firing" : "resolved";
  const told: AlertTold = { sink, rule, state: now, firedAt };
  const isSame = before?.firedAt === firedAt;
  if (isSame) return before.state === now ? null : { told, isSent: true };
  if (!isMuted) return { told, isSent: true };
  return now === "firing" ? null : { told, isSent: false };
}
