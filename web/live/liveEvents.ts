import type { EventName } from "../../src/http/events/names.ts";

/** The events of `GET /v1/events`. */
export const liveNames = [
  "overview",
  "weights",
  "strike",
  "standing",
  "epoch",
  "alert",
  "reset",
] as const satisfies readonly EventName[];
export type LiveName = EventName;

export interface LiveEvent {
  readonly name: LiveName;
  /** The event's JSON, parsed. */
  readonly data: unknown;
}

export const isLiveName = (name: string): name is LiveName => (liveNames as readonly string[]).includes(name);
