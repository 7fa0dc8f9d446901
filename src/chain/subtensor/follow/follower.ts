import type { Clock } from "../../../core/clock.ts";
import type { Log } from "../../../core/log.ts";
import { causeText } from "../../../core/problems/assayError.ts";
import { BoundedMap } from "../../../core/queue/boundedMap.ts";
import type { NodeApi } from "../connect/nodeApi.ts";
import type { BlockRef, FinalizedBlock } from "../node.ts";
import { integer, stored } from "../read/entry.ts";
import { DriftWindow } from "./driftWindow.ts";
import { EVENTS_KEY, holds, registrationPattern } from "./registrations.ts";

export interface FollowerOptions {
  readonly netuid: number;
  readonly staleAfterMs: number;
}

export interface FollowerModules {
  readonly clock: Clock;
  readonly log: Log;
  readonly run: <T>(what: string, read: (api: NodeApi) => Promise<T>) => Promise<T>;
  /** Miners may have changed at a block: somebody registered, or blocks were not seen. */
  readonly registered: () => void;
  /** The metadata of the first runtime, and of each one that takes its place. */
  readonly upgraded: (metadata: Uint8Array) => void;
  /** A finalised block was read. */
  readonly advanced: (block: FinalizedBlock) => void;
}

/** Blocks whose own time is remembered, so that it is read once although a block is seen twice. */
const TIMES_KEPT = 64;
/** Finalised blocks that wait to be read; the oldest is left out, and the metagraph read instead. */
const WAITING_MOST = 32;

/** Follows the blocks of the endpoint in use: the finalised height, the chain's time, and registrations. */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #modules: FollowerModules;
  readonly #drift = new DriftWindow();
  readonly #times = new BoundedMap<string, number>(TIMES_KEPT);
  readonly #waiting: BlockRef[] = [];
  #reading = false;
  #latest: FinalizedBlock | null = null;
  #latestAt = 0;
  /** Whether the chain was seen to move, or its block was recent: a node that stands still also has a latest block. */
  #moves = false;
  #best: { readonly number: number; readonly timeMs: number; readonly at: number } | null = null;
  #pattern: string | null = null;
  /** What the pattern was taken from. */
  #metadata: Uint8Array | null = null;
  #needsPattern = true;

  constructor(options: FollowerOptions, modules: FollowerModules) {
    this.#options = options;
    this.#modules = modules;
  }

  /** Null while unknown, or when it arrived longer ago than a height may be old. */
  latest(): FinalizedBlock | null {
    return this.#moves && this.ageMs() <= this.#options.staleAfterMs ? this.#latest : null;
  }

  /** Since the latest finalised block arrived; infinite while there was none. */
  ageMs(): number {
    return this.#latest === null
      ? Number.POSITIVE_INFINITY
      : this.#modules.clock.monotonicMs() - this.#latestAt;
  }

  /** The chain's time, Unix ms; null while unknown. */
  timeMs(): number | null {
    if (this.#best === null) return null;
    const sinceMs = this.#modules.clock.monotonicMs() - this.#best.at;
    return sinceMs <= this.#options.staleAfterMs ? this.#best.timeMs + sinceMs : null;
  }

  /** How far the machine's clock is ahead of the chain's, ms; null while unknown. */
  driftMs(): number | null {
    return this.#drift.value();
  }

  /** The head of the best chain of the endpoint in use. */
  async best(block: BlockRef): Promise<void> {
    const { clock } = this.#modules;
    const [wallMs, at] = [clock.nowMs(), clock.monotonicMs()];
    try {
      const timeMs = await this.#timeOf(block);
      // A block that did not follow the one before it may have been there for long.
      if (block.number === (this.#best?.number ?? 0) + 1) this.#drift.add(wallMs - timeMs);
      this.#best = { number: block.number, timeMs, at };
    } catch {
      // The endpoint has the failure on record, and the next block is soon there.
    }
  }

  /** A finalised block of the endpoint in use; with `isNewRuntime` entries may have changed. */
  finalized(block: BlockRef, isNewRuntime: boolean): void {
    if (isNewRuntime) this.#needsPattern = true;
    if (block.number <= (this.#waiting.at(-1)?.number ?? this.#latest?.number ?? -1)) return;
    this.#waiting.push(block);
    if (this.#waiting.length > WAITING_MOST) this.#waiting.shift();
    if (!this.#reading) void this.#readWaiting();
  }

  async #readWaiting(): Promise<void> {
    this.#reading = true;
    for (let block = this.#waiting.shift(); block !== undefined; block = this.#waiting.shift()) {
      const at = this.#modules.clock.monotonicMs();
      try {
        await this.#read(block, at);
      } catch (error) {
        this.#modules.log.debug("chain_block_unread", { block: block.number, cause: causeText(error) });
      }
    }
    this.#reading = false;
  }

  async #read(block: BlockRef, at: number): Promise<void> {
    const { clock, registered, advanced } = this.#modules;
    const timeMs = await this.#timeOf(block);
    const before = this.#latest;
    if (before !== null && block.number <= before.number) return;
    const isRecent = Math.abs(clock.nowMs() - timeMs) <= this.#options.staleAfterMs;
    this.#moves ||= before !== null || isRecent;
    this.#latest = { ...block, timeMs };
    this.#latestAt = at;
    if (before !== null && block.number > before.number + 1) registered();
    else if (await this.#hasRegistration(block)) registered();
    advanced(this.#latest);
  }

  /** What cannot be read counts as one: then the metagraph is read once more. */
  async #hasRegistration(block: BlockRef): Promise<boolean> {
    try {
      const events = await this.#modules.run("System.Events", async (api) => {
        if (this.#needsPattern) this.#learnPattern(await api.metadata(block.hash));
        return api.raw(EVENTS_KEY, block.hash);
      });
      return this.#pattern === null || holds(events ?? "", this.#pattern);
    } catch {
      return true;
    }
  }

  /** Sessions share the metadata of a runtime: decoding it, which costs 20 ms, is done once. */
  #learnPattern(metadata: Uint8Array): void {
    this.#needsPattern = false;
    if (metadata === this.#metadata) return;
    this.#pattern = registrationPattern(metadata, this.#options.netuid);
    this.#metadata = metadata;
    this.#modules.upgraded(metadata);
  }

  async #timeOf({ hash }: BlockRef): Promise<number> {
    const known = this.#times.peek(hash);
    if (known !== undefined) return known;
    const timeMs = await this.#modules.run("Timestamp.Now", (api) =>
      stored(api, hash, ["Timestamp", "Now"], [], integer),
    );
    this.#times.set(hash, timeMs);
    return timeMs;
  }
}
