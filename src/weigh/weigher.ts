import { canonical } from "../core/canonical.ts";
import type { Clock } from "../core/clock.ts";
import type { Signer } from "../core/ed25519.ts";
import { sha256Hex } from "../core/hash.ts";
import type { Log } from "../core/log.ts";
import type { Counter, Metrics } from "../core/metrics.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { Chain } from "../flow/chain.ts";
import type { Store } from "../flow/store.ts";
import {
  periodOf,
  type SignedVector,
  type SigningMarks,
  type UnsignedVector,
  type WeightRow,
} from "../flow/weights.ts";
import { type Burn, BurnHolder, type BurnTarget } from "./burn.ts";
import { HandIn } from "./handIn.ts";
import { type PeriodOutlook, Periods } from "./periods.ts";
import { placeOnChain, rowsOf } from "./rows.ts";
import { combine } from "./rules.ts";
import { VectorSigner } from "./vectorSigner.ts";
import { deliveredWork, type PushRules } from "./work.ts";

export interface WeigherOptions {
  readonly network: string;
  readonly netuid: number;
  /** The validator's hotkey. */
  readonly validator: string;
  readonly windowHours: number;
  /** Share of all weight that one /16 may hold. */
  readonly regionCap: number;
  readonly burn: Burn;
  readonly everyTempos: number;
  /** Share of the weights by lane. */
  readonly shares: Readonly<Record<string, number>>;
  readonly push: PushRules;
  /** Nominal. A vector is valid for two periods. */
  readonly blockMs: number;
}

export interface WeigherModules {
  readonly store: Pick<
    Store,
    "credits" | "work" | "recordIntent" | "saveVector" | "vector" | "latestVector" | "note" | "setNote"
  >;
  readonly judge: { mayEarn(hotkey: string): boolean };
  readonly chain: Pick<Chain, "block" | "tempo" | "miners" | "registered" | "ownerHotkey" | "submitWeights">;
  readonly signer: Signer;
  readonly marks: SigningMarks;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * Makes one vector per period, once the period is over: records the intent, signs it, submits it to the chain. Only the
 * recorded intent is ever signed, so two vectors of one period cannot differ, even after a crash.
 */
export class Weigher {
  readonly #options: WeigherOptions;
  readonly #modules: WeigherModules;
  readonly #vectors: Counter;
  readonly #dropped: Counter;
  readonly #policyHash: string;
  readonly #periods: Periods;
  readonly #burn: BurnHolder;
  readonly #vectorSigner: VectorSigner;
  readonly #handIn: HandIn;
  #running: Promise<void> | null = null;
  /** The last period that is finished. */
  #done: number | null = null;
  /** Why the last period due has no vector. */
  #refused: string | null = null;
  /** Who receives the burn share at the current height. */
  #burnNow: BurnTarget = { kind: "none" };

  constructor(options: WeigherOptions, modules: WeigherModules) {
    const { windowHours, regionCap, burn, everyTempos, shares, push } = options;
    this.#options = options;
    this.#modules = modules;
    this.#vectors = modules.metrics.counter("assay_vectors_total", "Weight vectors by outcome", ["outcome"]);
    this.#dropped = modules.metrics.counter(
      "assay_burn_dropped_total",
      "Vectors whose burn share went to nobody, or stayed with the validator: its hotkey did not hold the uid",
    );
    this.#periods = new Periods(modules.store);
    this.#burn = new BurnHolder(burn, modules);
    this.#vectorSigner = new VectorSigner(modules);
    this.#handIn = new HandIn(modules);
    const policy = {
      window_hours: windowHours,
      region_cap_by_weight: regionCap,
      burn: { share: burn.share, uid: burn.uid, hotkey: burn.hotkey, absent: burn.absent },
      every_tempos: everyTempos,
      shares,
      push: {
        half_life_ms: push.halfLifeMs,
        min_results: push.minResults,
        exponent: push.exponent,
      },
    };
    this.#policyHash = `sha256:${sha256Hex(canonical(policy))}`;
  }

  /** Makes the vectors that are due at the current height; a call during another joins it. Does nothing while the height is unknown. */
  tick(): Promise<void> {
    this.#running ??= this.#step().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Another process weighs, and this one may take over from it. Changes nothing in the store. */
  async standBy(): Promise<void> {
    const block = this.#modules.chain.block();
    const period = block === null ? null : await this.#periods.onRecord(block);
    if (period !== null) await this.#vectorSigner.presume(period - 1);
  }

  /** This process takes over from another one: what it remembers of the record may be old. */
  takeOver(): void {
    this.#periods.forget();
    this.#done = null;
  }

  /** Whether the next tick makes a vector. */
  async isDue(): Promise<boolean> {
    const block = this.#modules.chain.block();
    const length = this.#length();
    if (block === null || length <= 0) return false;
    return this.#done !== (await this.#periods.at(block, length)) - 1;
  }

  /** Where weighing stands, as it is on record; null while the height is unknown, and before the first tick. Changes nothing. */
  async outlook(): Promise<PeriodOutlook | null> {
    const block = this.#modules.chain.block();
    return block === null ? null : this.#periods.outlook(block);
  }

  /** The rows that a vector made now would have. Throws `store_unavailable`. */
  async preview(): Promise<WeightRow[]> {
    return (await this.#weigh()).rows;
  }

  /** What the operator must know: why there is no vector, why nothing is burnt, what could not be sent. */
  faults(): string[] {
    const unburnt = unburntText(this.#burnNow);
    return [this.#refused, unburnt, this.#handIn.fault()].filter((fault) => fault !== null);
  }

  async #weigh(): Promise<{ rows: WeightRow[]; burn: BurnTarget }> {
    const { store, judge, chain, clock } = this.#modules;
    const { windowHours, shares, push, regionCap } = this.#options;
    const nowMs = clock.nowMs();
    const since = nowMs - windowHours * 3_600_000;
    const [solved, work] = await Promise.all([store.credits(since), store.work(since)]);
    const credits = [...solved, ...deliveredWork(work, nowMs, push)];
    const weights = combine(credits, shares, (hotkey) => judge.mayEarn(hotkey));
    const miners = chain.miners();
    const burn = await this.#burnTarget();
    return { rows: rowsOf(placeOnChain(weights, miners, regionCap), burn, miners), burn };
  }

  #burnTarget(): Promise<BurnTarget> {
    const { chain } = this.#modules;
    return this.#burn.target({
      registered: chain.registered === undefined ? chain.miners() : chain.registered(),
      ownerHotkey: chain.ownerHotkey?.() ?? null,
      validator: this.#options.validator,
    });
  }

  /** Blocks per period. */
  #length(): number {
    return this.#modules.chain.tempo() * this.#options.everyTempos;
  }

  async #step(): Promise<void> {
    const { chain } = this.#modules;
    const block = chain.block();
    if (block === null) return;
    const length = this.#length();
    if (length <= 0) return;
    const period = await this.#periods.at(block, length);
    // From the start on, so that a burn uid is pinned before it can change hands.
    this.#burnNow = await this.#burnTarget();
    const since = await this.#periods.since(period);
    const left = await this.#periods.open();
    const over = period - 1;
    if (left !== null && left < over) await this.#finish(left, over, block);
    if (since <= over && this.#done !== over) await this.#finish(over, over, block);
  }

  /** Finishes a period; `over` is the last one that is over: only its weights still go to the chain. */
  async #finish(period: number, over: number, block: number): Promise<void> {
    const known = await this.#modules.store.vector(period);
    // A vector that is no longer in work has been submitted.
    const handedIn = known !== null && (await this.#periods.open()) !== period;
    if (!handedIn) {
      await this.#periods.setOpen(period);
      const vector = known ?? (await this.#sign(period, over, block));
      if (vector !== null && period === over) await this.#send(vector);
      await this.#periods.setOpen(null);
    }
    if (period === over) this.#done = period;
  }

  async #send(vector: SignedVector): Promise<void> {
    const outcome = await this.#handIn.send(vector, this.#options.burn.share > 0);
    if (outcome !== "empty") this.#vectors.add({ outcome });
    if (outcome === "withheld")
      this.#modules.log.error("vector_withheld", { period: periodOf(vector), cause: "burn_absent" });
  }

  async #sign(period: number, over: number, block: number): Promise<SignedVector | null> {
    const { log } = this.#modules;
    try {
      const vector = await this.#vectorSigner.sign(period, over, () => this.#unsigned(period, block));
      this.#refused = null;
      this.#vectors.add({ outcome: vector === null ? "abandoned" : "signed" });
      if (vector === null) log.error("weigh_intent_of_another_key", { period });
      else log.info("vector_signed", { period, rows: vector.weights.length });
      return vector;
    } catch (error) {
      if (!(error instanceof AssayError) || error.code !== "period_signed") throw error;
      this.#refused = error.message;
      this.#vectors.add({ outcome: "refused" });
      log.error("vector_refused", { period, cause: error.message });
      return null;
    }
  }

  async #unsigned(period: number, block: number): Promise<UnsignedVector> {
    const { network, netuid, validator, blockMs } = this.#options;
    const { rows, burn } = await this.#weigh();
    this.#noteBurn(period, burn);
    const issuedAt = this.#modules.clock.nowMs();
    return {
      version: 1,
      network,
      netuid,
      validator,
      ...{ period, epoch: period },
      block,
      issued_at: issuedAt,
      expires_at: issuedAt + 2 * this.#length() * blockMs,
      policy_hash: this.#policyHash,
      key_id: this.#modules.signer.kid,
      weights: rows,
    };
  }

  #noteBurn(period: number, burn: BurnTarget): void {
    if (burn.kind !== "absent" && burn.kind !== "withheld") return;
    this.#dropped.add();
    this.#modules.log.error("burn_dropped", { period, share: burn.share, cause: burn.why });
  }
}

/** Why the burn's share does not reach its hotkey; null when it does. */
function unburntText(burn: BurnTarget): string | null {
  if (burn.kind === "withheld")
    return `the burn share of ${burn.share} stays with the validator's own uid ${burn.uid}: ${burn.why}`;
  if (burn.kind === "absent")
    return `the burn share of ${burn.share} has nobody to go to, so that weights are not sent to a chain: ${burn.why}`;
  return null;
}
