import { canonical } from "../core/canonical.ts";
import type { Clock } from "../core/clock.ts";
import type { Signer } from "../core/ed25519.ts";
import { sha256Hex } from "../core/hash.ts";
import type { Log } from "../core/log.ts";
import type { Counter, Metrics } from "../core/metrics.ts";
import type { Chain } from "../flow/chain.ts";
import type { Store } from "../flow/store.ts";
import type { SignedVector, UnsignedVector, WeightRow } from "../flow/weights.ts";
import { type Burn, placeOnChain, rowsOf } from "./rows.ts";
import { combine, periodAt } from "./rules.ts";
import { deliveredWork, type PushRules } from "./work.ts";

export interface WeigherOptions {
  readonly network: string;
  readonly netuid: number;
  /** The validator's hotkey. */
  readonly validator: string;
  readonly windowHours: number;
  /** Share of all uids that one /16 may hold. */
  readonly regionCap: number;
  readonly burn: Burn;
  readonly everyTempos: number;
  /** Share of the weights by lane. */
  readonly shares: Readonly<Record<string, number>>;
  readonly push: PushRules;
  /** Validity of a vector in ms: two periods. */
  readonly ttlMs: number;
}

export interface WeigherModules {
  readonly store: Pick<
    Store,
    "credits" | "work" | "recordIntent" | "saveVector" | "vector" | "note" | "setNote"
  >;
  readonly judge: { mayEarn(hotkey: string): boolean };
  readonly chain: Pick<Chain, "block" | "tempo" | "miners" | "submitWeights">;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** The first period that this validator saw: it makes no vectors of earlier periods. */
const SINCE_NOTE = "weigh_since";
/** The period whose vector is being made or submitted; empty without one. */
const OPEN_NOTE = "weigh_open";

/**
 * Makes one vector per period, once the period is over: records the intent, signs it, submits it to the chain. Only the
 * recorded intent is ever signed, so two vectors of one period cannot differ, even after a crash.
 */
export class Weigher {
  readonly #options: WeigherOptions;
  readonly #modules: WeigherModules;
  readonly #vectors: Counter;
  readonly #policyHash: string;
  #running: Promise<void> | null = null;
  #since: number | null = null;
  /** The period in work according to the note; undefined until the note was read. */
  #open: number | null | undefined;
  /** The last period that is finished. */
  #done: number | null = null;

  constructor(options: WeigherOptions, modules: WeigherModules) {
    const { windowHours, regionCap, burn, everyTempos, shares, push } = options;
    this.#options = options;
    this.#modules = modules;
    this.#vectors = modules.metrics.counter("assay_vectors_total", "Weight vectors by outcome", ["outcome"]);
    const policy = {
      window_hours: windowHours,
      region_cap: regionCap,
      burn: { share: burn.share, uid: burn.uid },
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

  /** The rows that a vector made now would have. Throws `store_unavailable`. */
  async preview(): Promise<WeightRow[]> {
    const { store, judge, chain, clock } = this.#modules;
    const { windowHours, shares, push, regionCap, burn } = this.#options;
    const nowMs = clock.nowMs();
    const since = nowMs - windowHours * 3_600_000;
    const [solved, work] = await Promise.all([store.credits(since), store.work(since)]);
    const credits = [...solved, ...deliveredWork(work, nowMs, push)];
    const weights = combine(credits, shares, (hotkey) => judge.mayEarn(hotkey));
    const miners = chain.miners();
    return rowsOf(placeOnChain(weights, miners, regionCap), burn, miners);
  }

  async #step(): Promise<void> {
    const { chain } = this.#modules;
    const block = chain.block();
    if (block === null) return;
    const period = periodAt(block, chain.tempo(), this.#options.everyTempos);
    const since = await this.#readSince(period);
    const left = await this.#readOpen();
    const over = period - 1;
    if (left !== null && left < over) await this.#finish(left, block, false);
    if (since <= over && this.#done !== over) await this.#finish(over, block, true);
  }

  async #readSince(period: number): Promise<number> {
    if (this.#since !== null && this.#since <= period) return this.#since;
    const { store } = this.#modules;
    const text = await store.note(SINCE_NOTE);
    const isKnown = text !== null && Number(text) <= period;
    if (!isKnown) await store.setNote(SINCE_NOTE, String(period));
    this.#since = isKnown ? Number(text) : period;
    return this.#since;
  }

  async #readOpen(): Promise<number | null> {
    if (this.#open === undefined) {
      const text = await this.#modules.store.note(OPEN_NOTE);
      this.#open = text ? Number(text) : null;
    }
    return this.#open;
  }

  async #setOpen(period: number | null): Promise<void> {
    if (this.#open === period) return;
    await this.#modules.store.setNote(OPEN_NOTE, period === null ? "" : String(period));
    this.#open = period;
  }

  /** Finishes a period; `current`: it is the last one over, so its weights still go to the chain. */
  async #finish(period: number, block: number, current: boolean): Promise<void> {
    const known = await this.#modules.store.vector(period);
    // A vector that is no longer in work has been submitted.
    const handedIn = known !== null && this.#open !== period;
    if (!handedIn) {
      await this.#setOpen(period);
      const vector = known ?? (await this.#sign(period, block));
      if (vector !== null && current) await this.#handIn(vector);
      await this.#setOpen(null);
    }
    if (current) this.#done = period;
  }

  async #sign(period: number, block: number): Promise<SignedVector | null> {
    const { store, signer, log } = this.#modules;
    const intent = await store.recordIntent(await this.#unsigned(period, block));
    if (intent.key_id !== signer.kid) {
      // The document names its key: another key must not sign it, and changing it would make a second vector.
      log.error("weigh_intent_of_another_key", { period, key_id: intent.key_id });
      this.#vectors.add({ outcome: "abandoned" });
      return null;
    }
    const vector = { ...intent, signature: signer.signDocument(intent) };
    await store.saveVector(vector);
    this.#vectors.add({ outcome: "signed" });
    log.info("vector_signed", { period, rows: vector.weights.length });
    return vector;
  }

  async #unsigned(period: number, block: number): Promise<UnsignedVector> {
    const { network, netuid, validator, ttlMs } = this.#options;
    const weights = await this.preview();
    const issuedAt = this.#modules.clock.nowMs();
    return {
      version: 1,
      network,
      netuid,
      validator,
      ...{ period, epoch: period },
      block,
      issued_at: issuedAt,
      expires_at: issuedAt + ttlMs,
      policy_hash: this.#policyHash,
      key_id: this.#modules.signer.kid,
      weights,
    };
  }

  /** The chain takes uids with weight; without any it keeps its previous weights. */
  async #handIn(vector: SignedVector): Promise<void> {
    const rows = vector.weights.filter((row) => row.uid !== null && row.u16 > 0);
    if (rows.length === 0) return;
    const uids = rows.map((row) => row.uid).filter((uid) => uid !== null);
    await this.#modules.chain.submitWeights(
      uids,
      rows.map((row) => row.u16),
    );
    this.#vectors.add({ outcome: "handed_in" });
  }
}
