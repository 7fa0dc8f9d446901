import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Counter, Metrics } from "../core/metrics.ts";
import type { Chain } from "../flow/chain.ts";
import type { Suspension } from "../flow/standing.ts";
import type { Store } from "../flow/store.ts";
import { RecentFailures } from "./failures.ts";
import { selfFaultPresumed, suspendedAt, suspensionEnd, withinSelfFaultWindow } from "./rules.ts";
import type { Suspensions } from "./suspensions.ts";

export interface UnreachableOptions {
  /** Tempos for which an unreachable miner is suspended. */
  readonly tempos: number;
  /** Hotkeys whose failures are remembered. */
  readonly remembered: number;
  /** With fewer active miners than this nothing is presumed. */
  readonly outageMiners: number;
}

export interface UnreachableModules {
  readonly store: Pick<Store, "suspend" | "release">;
  readonly chain: Pick<Chain, "block" | "tempo">;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Outcome of a failure to connect: suspended; spared, since the validator is at fault or the height unknown; suspended already. */
export type UnreachableOutcome = "suspended" | "ours" | "known";

/** A suspension being recorded. `lifted` is set when it must be released at once. */
interface Leaving {
  lifted: boolean;
}

/** The most releases asked of the store at once. */
const BATCH = 64;

/**
 * Suspends miners that could not be reached for a time, separately from strikes. When 30 % of the active miners fail within a
 * minute, the fault is presumed to be the validator's: no more are suspended, and those suspended within it are released.
 */
export class Unreachable {
  readonly #options: UnreachableOptions;
  readonly #modules: UnreachableModules;
  readonly #suspensions: Suspensions;
  readonly #failures: RecentFailures;
  /** Suspensions of about the last minute, with their monotonic ms. */
  readonly #outAt = new Map<Suspension, number>();
  readonly #leaving = new Map<string, Leaving>();
  /** Releases asked of the store and not answered: when hundreds fail together, each suspension is lifted once. */
  readonly #lifting = new Set<Suspension>();
  readonly #outcomes: Counter;
  readonly #lifted: Counter;
  #presumedOurs = false;
  #oursAt: number | null = null;

  constructor(options: UnreachableOptions, modules: UnreachableModules, suspensions: Suspensions) {
    this.#options = options;
    this.#modules = modules;
    this.#suspensions = suspensions;
    this.#failures = new RecentFailures(options.remembered);
    const { metrics } = modules;
    this.#outcomes = metrics.counter("assay_unreachable_total", "Failures to connect by outcome", [
      "outcome",
    ]);
    this.#lifted = metrics.counter("assay_unreachable_lifted_total", "Unreachable miners released in bulk");
  }

  /** When failures were last presumed to be the validator's, Unix ms; null when never. */
  get oursAt(): number | null {
    return this.#oursAt;
  }

  /** See `Judge.unreachable`. */
  async failed(hotkey: string, active: number): Promise<UnreachableOutcome> {
    const nowMs = this.#modules.clock.monotonicMs();
    const outcome = await this.#judge(hotkey, this.#failures.add(hotkey, nowMs), active, nowMs);
    this.#outcomes.add({ outcome });
    return outcome;
  }

  /** The failures of the last minute, while their share is one that is presumed to be the validator's fault; else null. */
  outage(active: number): { readonly failed: number; readonly active: number } | null {
    const failed = this.#failures.count(this.#modules.clock.monotonicMs());
    return selfFaultPresumed(failed, active, this.#options.outageMiners) ? { failed, active } : null;
  }

  /** Lets back in all miners that are out for being unreachable; returns how many. Throws `store_unavailable`. */
  liftAll(reason: string): Promise<number> {
    this.#spareAll();
    return this.#lift(this.#suspensions.ofKind("unreachable", this.#modules.chain.block()), reason);
  }

  /** An operator releases the hotkey: a suspension being recorded at that moment is released too. */
  spare(hotkey: string): void {
    const leaving = this.#leaving.get(hotkey);
    if (leaving !== undefined) leaving.lifted = true;
  }

  async #judge(hotkey: string, failed: number, active: number, nowMs: number): Promise<UnreachableOutcome> {
    const { chain, log } = this.#modules;
    const ours = selfFaultPresumed(failed, active, this.#options.outageMiners);
    if (ours && !this.#presumedOurs) log.error("unreachable_presumed_ours", { failed, active });
    this.#presumedOurs = ours;
    if (ours) {
      this.#oursAt = this.#modules.clock.nowMs();
      await this.#liftRecent(nowMs);
      return "ours";
    }
    const block = chain.block();
    if (block === null) return "ours";
    const known = this.#suspensions.get(hotkey, "unreachable");
    const isOut = known !== null && suspendedAt(block, known.untilBlock);
    return isOut || this.#leaving.has(hotkey) ? "known" : this.#putOut(hotkey, block, nowMs);
  }

  async #putOut(hotkey: string, block: number, nowMs: number): Promise<UnreachableOutcome> {
    const { store, chain, clock, log } = this.#modules;
    const untilBlock = suspensionEnd(block, this.#options.tempos, chain.tempo());
    const at = clock.nowMs();
    const suspension = {
      hotkey,
      kind: "unreachable",
      untilBlock,
      reason: "unreachable",
      by: "judge",
      at,
    } as const;
    const leaving: Leaving = { lifted: false };
    this.#leaving.set(hotkey, leaving);
    try {
      await store.suspend(suspension);
    } finally {
      this.#leaving.delete(hotkey);
    }
    this.#suspensions.add(suspension);
    this.#forgetOld(nowMs);
    this.#outAt.set(suspension, nowMs);
    log.warn("suspended", { hotkey, until_block: untilBlock, by: "judge", reason: "unreachable" });
    if (!leaving.lifted) return "suspended";
    await this.#lift([suspension], "lifted_meanwhile");
    return "ours";
  }

  #liftRecent(nowMs: number): Promise<number> {
    this.#spareAll();
    this.#forgetOld(nowMs);
    return this.#lift([...this.#outAt.keys()], "presumed_ours");
  }

  #spareAll(): void {
    for (const leaving of this.#leaving.values()) leaving.lifted = true;
  }

  #forgetOld(nowMs: number): void {
    for (const [suspension, outAt] of this.#outAt) {
      if (!withinSelfFaultWindow(outAt, nowMs)) this.#outAt.delete(suspension);
    }
  }

  /** The store first; miners that it could not release stay suspended. */
  async #lift(suspensions: readonly Suspension[], reason: string): Promise<number> {
    let lifted = 0;
    for (let from = 0; from < suspensions.length; from += BATCH) {
      const batch = suspensions.slice(from, from + BATCH).map((suspension) => this.#liftOne(suspension));
      const results = await Promise.allSettled(batch);
      for (const result of results) if (result.status === "fulfilled") lifted += result.value;
      const failure = results.find((result) => result.status === "rejected");
      if (failure !== undefined) throw failure.reason;
    }
    if (lifted > 0) this.#modules.log.warn("unreachable_lifted", { lifted, reason });
    return lifted;
  }

  async #liftOne(suspension: Suspension): Promise<number> {
    const { hotkey } = suspension;
    // Lifted or replaced meanwhile: then the store has no such suspension, or a newer one that must stay.
    if (this.#suspensions.get(hotkey, "unreachable") !== suspension) return 0;
    if (this.#lifting.has(suspension)) return 0;
    this.#lifting.add(suspension);
    try {
      const released = await this.#modules.store.release(hotkey, null);
      this.#suspensions.remove([suspension]);
      this.#lifted.add({}, released);
      return released;
    } finally {
      this.#lifting.delete(suspension);
    }
  }
}
