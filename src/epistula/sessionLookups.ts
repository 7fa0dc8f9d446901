import { AssayError } from "../core/problems/assayError.ts";
import { BoundedMap } from "../core/queue/boundedMap.ts";
import type { SessionRecord } from "../flow/sessionRecords.ts";
import { epistulaLimits } from "./limits.ts";

type Found = SessionRecord | null;

interface Asked {
  readonly sinceMs: number;
  count: number;
}

export interface SessionLookup {
  readonly sessionId: string;
  readonly nowMs: number;
  /** Counts not against the bound of the hotkey. */
  readonly isFree: boolean;
}

/**
 * Reads of sessions from the store, whose ids anybody can invent: those of one hotkey at the same time share one or two, and each
 * hotkey has a bound per time. At a bound the request is refused with `busy`, since the session may well exist.
 */
export class SessionLookups {
  readonly #running = new Map<string, Promise<Found>>();
  readonly #asked = new BoundedMap<string, Asked>(epistulaLimits.sessions.value);

  async run(hotkey: string, lookup: SessionLookup, look: () => Promise<Found>): Promise<Found> {
    const earlier = this.#running.get(hotkey);
    if (earlier !== undefined) {
      const record = await earlier;
      if (record?.sessionId === lookup.sessionId) return record;
      // That read may have begun before the session was opened elsewhere; the next one has not.
      const next = this.#running.get(hotkey);
      if (next !== undefined) return next;
    }
    const isFull = this.#running.size >= epistulaLimits.sessionLookups.value;
    if (isFull || !(lookup.isFree || this.#counts(hotkey, lookup.nowMs)))
      throw new AssayError({ code: "busy", retry_after_s: 1 });
    const reading = look().finally(() => this.#running.delete(hotkey));
    this.#running.set(hotkey, reading);
    return reading;
  }

  #counts(hotkey: string, nowMs: number): boolean {
    const { sessionLookupsEach, sessionBelievedMs } = epistulaLimits;
    const known = this.#asked.get(hotkey);
    const isOver = known === undefined || Math.abs(nowMs - known.sinceMs) >= sessionBelievedMs.value;
    const asked = isOver ? { sinceMs: nowMs, count: 0 } : known;
    if (isOver) this.#asked.set(hotkey, asked);
    asked.count++;
    return asked.count <= sessionLookupsEach.value;
  }
}
