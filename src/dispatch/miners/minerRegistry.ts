import type { PushLane } from "../../flow/lane.ts";
import type { MinerLink } from "../../flow/link.ts";
import { Miner } from "./miner.ts";

/** The most miners remembered; past it those longest without a link are dropped. */
const KNOWN_MAX = 8192;
/** The most miners looked at to drop one: those that still have jobs in flight stay. */
const LOOKS_MAX = 8;
/** A miner whose link ended within this time still counts as active, ms. */
const ACTIVE_MS = 60_000;

/** The miners that dispatch knows, with a link and without. */
export class MinerRegistry {
  readonly #lanes: ReadonlyMap<string, PushLane>;
  readonly #caps: Map<string, number>;
  readonly #miners = new Map<string, Miner>();
  /** Monotonic ms of the end of the last link, oldest first. */
  readonly #gone = new Map<string, number>();
  /** Miners without a link; the one whose link ended first comes first, unless it had jobs in flight when it was looked at. */
  readonly #idle = new Map<string, Miner>();
  #linked = 0;

  /** `caps`: learned by an earlier run. */
  constructor(lanes: ReadonlyMap<string, PushLane>, caps: Map<string, number>) {
    this.#lanes = lanes;
    this.#caps = caps;
  }

  get linked(): number {
    return this.#linked;
  }

  get(hotkey: string): Miner | undefined {
    return this.#miners.get(hotkey);
  }

  all(): IterableIterator<Miner> {
    return this.#miners.values();
  }

  streams(): number {
    let streams = 0;
    for (const { link } of this.#miners.values()) if (link?.transport === "stream") streams++;
    return streams;
  }

  /** Miners with a link, and those that had one within the last minute. */
  active(nowMs: number): number {
    for (const [hotkey, at] of this.#gone) {
      if (nowMs - at < ACTIVE_MS) break;
      this.#gone.delete(hotkey);
    }
    return this.#linked + this.#gone.size;
  }

  /** The miner of a new link, and the link that the new one replaces. */
  open(link: MinerLink): { readonly miner: Miner; readonly replaced: MinerLink | null } {
    const { hotkey } = link;
    const miner = this.#miners.get(hotkey) ?? new Miner(hotkey, this.#caps.get(hotkey) ?? null);
    this.#caps.delete(hotkey);
    this.#gone.delete(hotkey);
    this.#idle.delete(hotkey);
    this.#miners.set(hotkey, miner);
    const replaced = miner.link === link ? null : miner.link;
    if (miner.link === null) this.#linked++;
    miner.link = link;
    miner.lanes = link.lanes.flatMap((name) => this.#lanes.get(name) ?? []);
    miner.kinds.announce(link.kinds ?? null);
    this.#dropOldest();
    return { miner, replaced };
  }

  /** The miner that is without a link now; null when the link was replaced before. */
  close(link: MinerLink, nowMs: number): Miner | null {
    const miner = this.#miners.get(link.hotkey);
    if (miner === undefined || miner.link !== link) return null;
    miner.link = null;
    this.#linked--;
    this.#gone.delete(link.hotkey);
    this.#gone.set(link.hotkey, nowMs);
    this.#idle.set(link.hotkey, miner);
    return miner;
  }

  /** Learned caps, those of an earlier run that were not needed yet included. */
  caps(): Map<string, number> {
    const caps = new Map(this.#caps);
    for (const { hotkey, cap } of this.#miners.values()) caps.set(hotkey, cap.learned);
    return caps;
  }

  #dropOldest(): void {
    if (this.#miners.size <= KNOWN_MAX) return;
    let looks = 0;
    for (const [hotkey, miner] of this.#idle) {
      this.#idle.delete(hotkey);
      if (miner.inFlight.size === 0) {
        this.#miners.delete(hotkey);
        this.#gone.delete(hotkey);
        return;
      }
      this.#idle.set(hotkey, miner);
      if (++looks === LOOKS_MAX) return;
    }
  }
}
