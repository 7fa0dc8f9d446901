import type { Counter, Gauge } from "../core/metrics.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { DrawClass } from "../flow/draw.ts";
import type {
  Remembered,
  Sighting,
  SkiplistItem,
  Standing,
  StandingState,
  Suspension,
} from "../flow/standing.ts";
import type { StrikeRecord } from "../flow/strike.ts";
import type { InvalidCode } from "../flow/verdict.ts";
import { drawClasses } from "./drawClasses.ts";
import { type Dated, type Judged, strikeEvidence } from "./evidence.ts";
import type { JudgeMemory } from "./mirror.ts";
import type { JudgeModules, JudgeOptions } from "./ports.ts";
import { isColdStart, isOfBacklog, pastRetention, ruleText, suspensionEnd } from "./rules.ts";
import { type Rank, Sightings } from "./sightings.ts";
import { Strikes } from "./strikes.ts";
import { itemOf, Suspensions } from "./suspensions.ts";
import { Unreachable, type UnreachableOutcome } from "./unreachable.ts";

/** At least this many strikes are kept in memory per hotkey: enough to recognise a struck one at any quota. */
export const STRIKES_KEPT = 64;

/** Hotkeys dropped per transaction. */
const FORGET_BATCH = 512;

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
    const bounds = { hotkeys: options.history, strikes: Math.max(STRIKES_KEPT, options.strikes) };
    return new Judge(options, modules, await modules.store.standingState(bounds));
  }

  private constructor(options: JudgeOptions, modules: JudgeModules, state: StandingState) {
    const { metrics } = modules;
    this.#options = options;
    this.#modules = modules;
    this.#strikes = new Strikes(Math.max(STRIKES_KEPT, options.strikes));
    this.#counters = {
      strikes: metrics.counter("assay_strikes_total", "Proven cheats", ["lane", "suspends"]),
      forgotten: metrics.counter("assay_hotkeys_forgotten_total", "Hotkeys dropped from memory", ["why"]),
    };
    this.#gauges = {
      suspended: metrics.gauge("assay_suspended", "Hotkeys on the skiplist"),
      known: metrics.gauge("assay_hotkeys_known", "Hotkeys remembered"),
    };
    for (const suspension of state.suspensions) this.#suspensions.add(suspension);
    this.#sightings = new Sightings(
      {
        limit: options.history,
        rankOf: (sighting) => this.#rankOf(sighting),
        isKept: (hotkey) => this.isSuspended(hotkey),
      },
      state.sightings,
    );
    const { unreachableTempos: tempos, history: remembered, outageMiners } = options;
    this.#unreachable = new Unreachable({ tempos, remembered, outageMiners }, modules, this.#suspensions);
    for (const { hotkey, block, counted } of state.strikes)
      this.#strikes.add(hotkey, { block, at: null }, counted);
  }

  /** For `Mirror`, which keeps it as other processes change it. */
  get memory(): JudgeMemory {
    return { suspensions: this.#suspensions, strikes: this.#strikes, sightings: this.#sightings };
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
    const isStruck = this.#strikes.recent(hotkey, this.#modules.chain.block()) > 0;
    return drawClasses(this.#isCold(this.#sightings.get(hotkey)), isStruck);
  }

  /** Whether the hotkey is remembered. */
  knows(hotkey: string): boolean {
    return this.#sightings.get(hotkey) !== undefined;
  }

  /** Work of the hotkey was recorded at the block. `delivered`: it was accepted. */
  seen(hotkey: string, block: number, delivered: boolean): void {
    const forgotten = this.#sightings.see(hotkey, block, delivered);
    if (forgotten === null) return;
    this.#strikes.forget(forgotten);
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

  /** Whether the work was handed out before its hotkey's last strike was recorded: then it adds none. Throws as `assess` does. */
  isBacklog({ hotkey, block, startedAt: at }: Dated): boolean {
    const now = { block: this.#block(), at: this.#modules.clock.nowMs() };
    return isOfBacklog({ block, at }, this.#strikes.last(hotkey), now);
  }

  /** Applies a strike that the store has. */
  record(strike: StrikeRecord): void {
    const { hotkey, lane, block, suspendUntil } = strike;
    const at = this.#modules.clock.nowMs();
    this.#strikes.add(hotkey, { block, at }, suspendUntil === null);
    this.#counters.strikes.add({ lane, suspends: String(suspendUntil !== null) });
    if (suspendUntil === null) return;
    this.#strikes.settle(hotkey);
    this.#addSuspension({
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
  async unreachable(hotkey: string, active: number): Promise<UnreachableOutcome> {
    const outcome = await this.#unreachable.failed(hotkey, active);
    this.#sightings.suspended(hotkey);
    return outcome;
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
    this.#addSuspension(suspension);
    log.warn("suspended", { hotkey, until_block: untilBlock, by, reason });
    return itemOf(this.#suspensions.longest(hotkey, null) ?? suspension);
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
    return this.#suspensions.live(this.#modules.chain.block()).map(itemOf);
  }

  /** Failures to connect among `active` miners while presumed to be this validator's, else null; and when they last were, Unix ms. */
  outage = (active: number): ReturnType<Unreachable["outage"]> => this.#unreachable.outage(active);
  presumedOursAt = (): number | null => this.#unreachable.oursAt;

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
      strikes: this.#strikes.recent(hotkey, this.#modules.chain.block()),
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
    const block = this.#modules.chain.block();
    if (block === null) return;
    const { store } = this.#modules;
    const { retentionBlocks, windowBlocks } = this.#options;
    this.#sightings.review();
    const gone = this.#sightings.gone();
    for (const { hotkey, lastSeen } of this.#sightings.values())
      if (pastRetention(lastSeen, block, retentionBlocks) && !this.isSuspended(hotkey)) gone.push(hotkey);
    for (let from = 0; from < gone.length; from += FORGET_BATCH)
      await this.#forget(gone.slice(from, from + FORGET_BATCH));
    // Long after their end: a clock that runs ahead for a while must not lift a suspension for good.
    await store.dropEndedSuspensions(block - retentionBlocks);
    this.#suspensions.dropEnded(block - retentionBlocks);
    this.#strikes.prune(block, windowBlocks);
    this.#gauges.suspended.set(this.#suspensions.live(block).length);
    this.#gauges.known.set(this.#sightings.size);
  }

  #addSuspension(suspension: Suspension): void {
    this.#suspensions.add(suspension);
    this.#sightings.suspended(suspension.hotkey);
  }

  async #forget(hotkeys: readonly string[]): Promise<void> {
    const asOf = new Map(hotkeys.map((hotkey) => [hotkey, this.#sightings.get(hotkey)]));
    await this.#modules.store.dropMiners(hotkeys);
    this.#sightings.forget(hotkeys, asOf);
    for (const hotkey of hotkeys) {
      if (this.#sightings.get(hotkey) === undefined) this.#strikes.forget(hotkey);
    }
    this.#counters.forgotten.add({ why: "retention" }, hotkeys.length);
  }

  #block(): number {
    const block = this.#modules.chain.block();
    if (block === null) throw new AssayError({ code: "chain_unavailable", retry_after_s: 12 });
    return block;
  }

  #longest(hotkey: string): Suspension | null {
    return this.#suspensions.longest(hotkey, this.#modules.chain.block());
  }

  #rankOf(sighting: Remembered): Rank {
    if (!sighting.delivered) return 0;
    return this.#isCold(sighting) ? 1 : 2;
  }

  #isCold(sighting: Sighting | undefined): boolean {
    const block = this.#modules.chain.block();
    return block === null || isColdStart(block, sighting?.firstSeen, this.#options.coldStartBlocks);
  }
}
