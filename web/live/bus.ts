import type { LiveEvent, LiveName } from "./liveEvents.ts";

type Listener = (event: LiveEvent) => void;

const listeners = new Map<Listener, readonly LiveName[]>();

/** Calls for each event of these names, and for `reset`, until the returned function is called. */
export function onLive(names: readonly LiveName[], listener: Listener): () => void {
  listeners.set(listener, [...names, "reset"]);
  return () => void listeners.delete(listener);
}

export function publishLive(event: LiveEvent): void {
  for (const [listener, names] of [...listeners]) if (names.includes(event.name)) listener(event);
}
