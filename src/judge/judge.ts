import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Counter, Gauge, Metrics } from "../core/metrics.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { Random } from "../core/random.ts";
import type { Chain } from "../flow/chain.ts";
import type { DrawClass } from "../flow/draw.ts";
import type { Sighting, SkiplistItem, Standing, StandingState, Suspension } from "../flow/standing.ts";
import type { Store } from "../flow/store.ts";
import type { StrikeRecord } from "../flow/strike.ts";
import type { InvalidCode } from "../flow/verdict.ts";
import { type Judged, strikeEvidence } from "./evidence.ts";
import { isColdStart, ruleText, selectPrune, suspensionEnd } from "./rules.ts";
import { Sightings } from "./sightings.ts";
import { Strikes } from "./strikes.ts";
import { Suspensions } from "./suspensions.ts";
import { Unreachable, type UnreachableOutcome } from "./unreachable.ts";

export interface JudgeOptions {
  /** Strikes within the window that suspend. */
  readonly strikes: number;
  readonly windowBlocks: number;
  readonly suspensionTempos: number;
  readonly unreachableTempos: number;
  readonly coldStartBlocks: number;
  readonly retentionBlocks: number;
  /** The most hotkeys remembered. */
  readonly history: number;
}

export interface JudgeModules {
  readonly store: Pick<
    Store,
    "standingState" | "suspend" | "release" | "dropMiners" | "dropEndedSuspensions"
  >;
  readonly chain: Pick<Chain, "block" | "tempo">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** At least this many strikes are kept in memory per hotkey: enough to recognise a struck one at any quota. */
const STRIKES_KEPT = 64;

/** Allocated once, since every job needs one of them. */
const classes: Readonly<Record<"none" | "cold" | "struck" | "both", readonly DrawClass[]>> = {
  none: [],
  cold: ["cold_start"],
  struck: ["struck"],
  both: ["cold_start", "struck"],
};

/**
 * Standing of every hotkey. Its memory mirrors the store: judge's own decisions take effect once they are durable; strikes and
 * sightings are written with the submission, and reported through `record` and `seen`.
 */
export class Judge {
  readonly #options: JudgeOptions;
  readonly #modules: JudgeModules;
  readonly #suspensions = new Suspensions();
  readonly #strikes: Strikes;
  readonly #sightings: Sightings;
  readonly #unreachable: Unreachable;
  readonly #counters: { readonly strikes: Counter; readonly forgotten: Counter };
  readonly #gauges: { readonly suspended: Gauge; readonly known: Gauge };

  /** Throws `store_corrupt` when standing cannot be read in full, so that no suspension is lost. */
  static async load(options: JudgeOptions, modules: JudgeModules): Promise<Judge> {
    return new Judge(options, modules, await modules.store.standingState());
  }

  private constructor(options: JudgeOptions, modules: JudgeModules, state: StandingState) {
    const { metrics } = modules;
    this.#options = options;
    this.#modules = modules;
    this.#strikes = new Strikes(Math.max(STRIKES_KEPT, options.strikes));
    const isSuspended = (hotkey: string): boolean => this.isSuspended(hotkey);
    this.#sightings = new Sightings(options.history, isSuspended, state.sightings);
    const unreachable = { tempos: options.unreachableTempos, remembered: options.history };
    this.#unreachable = new Unreachable(unreachable, modules, this.#suspensions);
    this.#counters = {
      strikes: metrics.counter("assay_strikes_total", "Proven cheats", ["lane", "suspends"]),
      forgotten: metrics.counter("assay_hotkeys_forgotten_total", "Hotkeys dropped from memory", ["why"]),
    };
    this.#gauges = {
      suspended: metrics.gauge("assay_suspended_count", "Hotkeys on the skiplist"),
      known: metrics.gauge("assay_hotkeys_known_count", "Hotkeys remembered"),
    };
    for (const suspension of state.suspensions) this.#suspensions.add(suspension);
    for (const { hotkey, block, counted } of state.strikes) this.#strikes.add(hotkey, block, counted);
  }

  /** Whether the hotkey is suspended now; with the height unknown every suspension holds. */
  isSuspended(hotkey: string): boolean {
    return this.#longest(hotkey) !== null;
  }

  /** The first free block of a suspended hotkey, else null. Throws `chain_unavailable` while the height is unknown. */
  suspendedUntil(hotkey: string): number | null {
    return this.#suspensions.longest(hotkey, this.#block())?.untilBlock ?? null;
  }

  /** Why the hotkey is sampled above its lane's rate; with the height unknown, every reason that may hold. */
  classesFor(hotkey: string): readonly DrawClass[] {
    const isStruck = this.#strikes.recent(hotkey, this.#height()) > 0;
    if (this.#isCold(this.#sightings.get(hotkey))) return isStruck ? classes.both : classes.cold;
    return isStruck ? classes.struck : classes.none;
  }

  /** A submission of the hotkey was recorded at the block. */
  seen(hotkey: string, block: number): void {
    const evicted = this.#sightings.see(hotkey, block);
    if (evicted === null) return;
    this.#strikes.forget(evicted);
    this.#counters.forgotten.add({ why: "room" });
  }

  /**
   * The strike for an invalid answer in a lane whose penalty is `strike`. Changes nothing: `record` does, once the store has it.
   * Throws `chain_unavailable` while the height is unknown: nothing is judged then.
   */
  assess(judged: Judged, code: InvalidCode): StrikeRecord {
    const { strikes, windowBlocks, suspensionTempos } = this.#options;
    const { clock, random, chain } = this.#modules;
    const { hotkey, lane } = judged;
    const block = this.#block();
    const tempo = chain.tempo();
    const total = this.#strikes.counted(hotkey, block, windowBlocks) + 1;
    return {
      strikeId: `st_${Buffer.from(random.bytes(16)).toString("hex")}`,
      hotkey,
      lane,
      block,
      at: clock.nowMs(),
      evidence: strikeEvidence(judged, code, ruleText(this.#options, tempo)),
      suspendUntil: total >= strikes ? suspensionEnd(block, suspensionTempos, tempo) : null,
    };
  }

  /** Applies a strike that the store has. */
  record(strike: StrikeRecord): void {
    const { hotkey, lane, block, suspendUntil } = strike;
    this.#strikes.add(hotkey, block, suspendUntil === null);
    this.#counters.strikes.add({ lane, suspends: String(suspendUntil !== null) });
    if (suspendUntil === null) return;
    this.#strikes.settle(hotkey);
    this.#suspensions.add({
      hotkey,
      kind: "strike",
      untilBlock: suspendUntil,
      reason: strike.evidence.verdict.code,
      by: "judge",
      at: strike.at,
    });
    this.#modules.log.warn("suspended", { hotkey, until_block: suspendUntil, by: "judge" });
  }

  /**
   * The miner could not be reached: suspends it for some tempos, or returns why not. `active`: the number of working miners,
   * including those that failed within the last minute; when 30 % of them did, the fault is presumed to be the validator's, and
   * all suspended within that minute are released. With the height unknown nobody is suspended. Throws `store_unavailable`.
   */
  unreachable(hotkey: string, active: number): Promise<UnreachableOutcome> {
    return this.#unreachable.failed(hotkey, active);
  }

  /** Releases all miners suspended as unreachable; returns how many. Throws `store_unavailable`. */
  liftUnreachable(reason: string): Promise<number> {
    return this.#unreachable.liftAll(reason);
  }

  /** Suspends by hand, for whole tempos from now. Throws `chain_unavailable`, `store_unavailable`. */
  async suspend(
    order: { hotkey: string; tempos: number; reason: string },
    by: string,
  ): Promise<SkiplistItem> {
    const { hotkey, tempos, reason } = order;
    if (!Number.isSafeInteger(tempos) || tempos < 1) throw new RangeError(`suspend: ${tempos} tempos`);
    const { store, chain, clock, log } = this.#modules;
    const untilBlock = suspensionEnd(this.#block(), tempos, chain.tempo());
    const suspension: Suspension = {
      hotkey,
      kind: "operator",
      untilBlock,
      reason,
      by,
      at: clock.nowMs(),
    };
    await store.suspend(suspension);
    this.#suspensions.add(suspension);
    log.warn("suspended", { hotkey, until_block: untilBlock, by, reason });
    return rowOf(this.#suspensions.longest(hotkey, null) ?? suspension);
  }

  /** Ends every suspension of the hotkey by hand; returns how many. Throws `suspension_not_found`, `store_unavailable`. */
  async release(hotkey: string, reason: string): Promise<number> {
    const { store, clock, log } = this.#modules;
    if (this.#longest(hotkey) === null) throw new AssayError({ code: "suspension_not_found", hotkey });
    const ended = this.#suspensions.of(hotkey);
    this.#unreachable.spare(hotkey);
    const released = await store.release(hotkey, { action: "release", hotkey, reason, at: clock.nowMs() });
    this.#suspensions.remove(ended);
    log.warn("released", { hotkey, reason });
    return released;
  }

  /** The suspended hotkeys, one row per hotkey. */
  skiplist(): SkiplistItem[] {
    return this.#suspensions.live(this.#height()).map(rowOf);
  }

  /** Standing of a hotkey by its sighting, which may come from the store. With the height unknown, suspensions and cold starts hold. */
  standing(sighting: Sighting): Standing {
    const { hotkey } = sighting;
    const suspension = this.#longest(hotkey);
    const free = this.#isCold(sighting) ? "cold_start" : "active";
    return {
      hotkey,
      standing: suspension === null ? free : "suspended",
      first_seen_block: sighting.firstSeen,
      last_seen_block: sighting.lastSeen,
      until_block: suspension?.untilBlock ?? null,
      strikes: this.#strikes.recent(hotkey, this.#height()),
    };
  }

  /** Null for a hotkey that was never seen. */
  standingOf(hotkey: string): Standing | null {
    const sighting = this.#sightings.get(hotkey);
    return sighting === undefined ? null : this.standing(sighting);
  }

  /** Whether the hotkey may have weight: neither suspended nor in cold start. */
  mayEarn(hotkey: string): boolean {
    return this.#longest(hotkey) === null && !this.#isCold(this.#sightings.get(hotkey));
  }

  /** Drops hotkeys past retention or history, in the store first. Does nothing while the height is unknown. */
  async tick(): Promise<void> {
    const block = this.#height();
    if (block === null) return;
    const { store } = this.#modules;
    const { retentionBlocks, history, windowBlocks } = this.#options;
    const isSuspended = (hotkey: string): boolean => this.isSuspended(hotkey);
    const bounds = { block, retentionBlocks, history };
    const selected = selectPrune(this.#sightings.values(), bounds, isSuspended);
    await this.#forget([...selected, ...this.#sightings.gone()]);
    // Long after their end: a clock that runs ahead for a while must not lift a suspension for good.
    await store.dropEndedSuspensions(block - retentionBlocks);
    this.#suspensions.dropEnded(block - retentionBlocks);
    this.#strikes.prune(block, windowBlocks);
    this.#gauges.suspended.set(this.#suspensions.live(block).length);
    this.#gauges.known.set(this.#sightings.size);
  }

  async #forget(hotkeys: readonly string[]): Promise<void> {
    if (hotkeys.length === 0) return;
    const asOf = new Map(hotkeys.map((hotkey) => [hotkey, this.#sightings.get(hotkey)]));
    await this.#modules.store.dropMiners(hotkeys);
    this.#sightings.forget(hotkeys, asOf);
    for (const hotkey of hotkeys) {
      if (this.#sightings.get(hotkey) === undefined) this.#strikes.forget(hotkey);
    }
    this.#counters.forgotten.add({ why: "retention" }, hotkeys.length);
  }

  #height(): number | null {
    return this.#modules.chain.block();
  }

  #block(): number {
    const block = this.#height();
    if (block === null) throw new AssayError({ code: "chain_unavailable", retry_after_s: 12 });
    return block;
  }

  #longest(hotkey: string): Suspension | null {
    return this.#suspensions.longest(hotkey, this.#height());
  }

  #isCold(sighting: Sighting | undefined): boolean {
    const block = this.#height();
    return block === null || isColdStart(block, sighting?.firstSeen, this.#options.coldStartBlocks);
  }
}

function rowOf(suspension: Suspension): SkiplistItem {
  const { hotkey, kind, untilBlock, reason, by, at } = suspension;
  return { hotkey, kind, until_block: untilBlock, reason, by, at };
}
