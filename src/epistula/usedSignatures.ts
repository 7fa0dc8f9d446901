import { hash } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import { AssayError } from "../core/problems/assayError.ts";

/**
 * What a signature is used for. Reads may repeat and share one, since they change nothing; `once` is for what a second use would
 * change; any other text names one request exactly, which may be sent again but is never another one.
 */
export type Use = "read" | "once" | `${string} ${string} ${string}`;

export interface UsedSignaturesOptions {
  /** For how long a signature is accepted, from the earliest to the latest moment. */
  readonly windowMs: number;
  /** Uuids remembered of one hotkey in a window. */
  readonly perHotkey: number;
  /** Uuids remembered in a window altogether. */
  readonly altogether: number;
}

/** The uses that were first seen in one window. */
class Window {
  readonly startMs: number;
  /** The mark of a use by the mark of its hotkey and uuid: texts would take four times the memory. */
  readonly uses = new Map<number, number>();
  readonly counts = new Map<string, number>();

  constructor(startMs: number) {
    this.startMs = startMs;
  }
}

/** 48 bits of the hash: among a million uses two are the same with a probability of 1 in 500. */
function markOf(text: string): number {
  return hash("sha256", text, "buffer").readUIntBE(0, 6);
}

/** The marks of a uuid of a hotkey and of what it is used for. */
export function usesOf(
  hotkey: string,
  uuid: string,
  use: Use,
): { readonly mark: number; readonly use: number } {
  return { mark: markOf(`${hotkey} ${uuid}`), use: markOf(use) };
}

/** A refused use asks to come back after this: a window ends within seconds. */
export const signatureRetryS = 5;

/**
 * The uuids that hotkeys have used, each remembered for as long as its signature is accepted, at most twice as long. Nothing is
 * forgotten before: at a bound a new uuid is refused. Only proven hotkeys may be added, so that nobody spends the place of another.
 */
export class UsedSignatures {
  readonly #options: UsedSignaturesOptions;
  readonly #clock: Clock;
  #present: Window;
  #past: Window;

  constructor(options: UsedSignaturesOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#present = new Window(clock.monotonicMs());
    this.#past = new Window(this.#present.startMs);
  }

  get size(): number {
    return this.#present.uses.size + this.#past.uses.size;
  }

  /** Throws `signature_used` where the uuid was used for anything else, `too_many_signatures` at a bound. */
  use(hotkey: string, uuid: string, use: Use): void {
    this.#turn();
    const mark = markOf(`${hotkey} ${uuid}`);
    const known = this.#past.uses.get(mark) ?? this.#present.uses.get(mark);
    if (known === undefined) this.#remember(hotkey, mark, markOf(use));
    else if (known !== markOf(use) || use === "once") throw new AssayError({ code: "signature_used", uuid });
  }

  #remember(hotkey: string, mark: number, use: number): void {
    const { uses, counts } = this.#present;
    const { perHotkey, altogether } = this.#options;
    const own = counts.get(hotkey) ?? 0;
    if (own >= perHotkey || uses.size >= altogether)
      throw new AssayError({ code: "too_many_signatures", retry_after_s: signatureRetryS });
    uses.set(mark, use);
    counts.set(hotkey, own + 1);
  }

  /** Begins a new window when the present one has passed. */
  #turn(): void {
    const nowMs = this.#clock.monotonicMs();
    const { windowMs } = this.#options;
    const age = nowMs - this.#present.startMs;
    if (age < windowMs) return;
    this.#past = age < 2 * windowMs ? this.#present : new Window(nowMs);
    this.#present = new Window(nowMs);
  }
}
