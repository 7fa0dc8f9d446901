import type { KeyObject } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import type { Signer } from "../core/ed25519.ts";
import { epochAt } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Counter, Metrics } from "../core/metrics.ts";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import type { Draw, DrawClass, EpochRecord, PublishedEpoch, SamplePolicy } from "../flow/draw.ts";
import type { Store } from "../flow/store.ts";
import { commitment } from "./commitment.ts";
import { decide, sampleKey } from "./draw.ts";
import { LogHeads } from "./heads.ts";
import { type Rates, ratesOf } from "./policy.ts";
import { type Alarm, RateWatch } from "./watch/rateWatch.ts";

export interface SamplerOptions {
  readonly epochHours: number;
  /** Bound by new commitments; an epoch that is committed keeps its own policy. */
  readonly policy: SamplePolicy;
  /** Current master first, then the previous one, if any. */
  readonly masters: readonly Uint8Array[];
}

export interface SamplerModules {
  readonly store: Pick<
    Store,
    "commitEpoch" | "closeEpoch" | "epoch" | "openEpochs" | "addLogHead" | "logHeads"
  >;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Null for an epoch whose record retention has dropped. */
function nullIfExpired(error: unknown): null {
  if (error instanceof AssayError && error.problem.code === "epoch_expired") return null;
  throw error;
}

/** The most epochs closed in one tick: after an outage the next ticks close the rest. */
const CLOSE_BATCH = 64;

/**
 * Draws which work is verified. An epoch is absent, deciding or shut:
 * - it decides once its commitment is on record, from one epoch before it begins until the second after it;
 * - then it is removed from memory before the store is asked to close it, and its key is only ever read from the
 *   store's record of a closed epoch;
 * - an epoch recorded as closed is shut, even when the clock steps back into it or another process closed it.
 */
export class Sampler {
  readonly #options: SamplerOptions;
  readonly #modules: SamplerModules;
  readonly #draws: Counter;
  readonly #watch: RateWatch;
  readonly #heads: LogHeads;
  /** At most three: the current epoch and its neighbours; `shut` for a closed one. */
  readonly #epochs = new Map<number, { readonly key: KeyObject; readonly rates: Rates } | "shut">();

  constructor(options: SamplerOptions, modules: SamplerModules) {
    if (options.masters.length === 0) throw new RangeError("sampler: no master secret");
    this.#options = options;
    this.#modules = modules;
    this.#watch = new RateWatch(modules);
    this.#heads = new LogHeads(options.epochHours, modules);
    this.#draws = modules.metrics.counter("assay_draws_total", "Sampling decisions", [
      "lane",
      "class",
      "sampled",
    ]);
  }

  /** Loads open epochs and commits the current and the next one. Throws `commitment_unmatched`. */
  async start(): Promise<void> {
    const current = this.#current();
    for (const record of await this.#modules.store.openEpochs()) {
      const key = this.#keyOf(record);
      if (record.epoch >= current - 1 && record.epoch <= current + 1) this.#adopt(record, key);
    }
    await this.#commitAround(current);
  }

  /**
   * Commits ahead, closes the epochs that can no longer decide, signs heads of those still open and shows the realised rates.
   * Must be called several times in each twelfth of an epoch, one call at a time.
   */
  async tick(): Promise<void> {
    this.#watch.show();
    const current = this.#current();
    for (const epoch of this.#epochs.keys()) {
      if (epoch < current - 1 || epoch > current + 1) this.#epochs.delete(epoch);
    }
    await this.#commitAround(current);
    const open = await this.#modules.store.openEpochs();
    this.#shutAllBut(open);
    const closed = await this.#closeThose(open.filter(({ epoch }) => epoch < current - 1));
    await this.#heads.record(open.filter(({ epoch }) => !closed.has(epoch)));
  }

  /**
   * The decision for one work id, by the policy on record for its epoch. Throws `epoch_expired` when the epoch
   * is over, `store_unavailable` when its commitment is not on record yet.
   */
  draw(lane: string, hotkey: string, workId: string, epoch: number, classes: readonly DrawClass[]): Draw {
    const state = this.#epochs.get(epoch);
    if (state === undefined || state === "shut") throw this.#refusal(epoch, state === "shut");
    const draw = decide(state.key, state.rates, { epoch, lane, hotkey, workId, classes });
    this.#draws.add({ lane, class: draw.class, sampled: `${draw.sampled}` });
    this.#watch.count(draw);
    return draw;
  }

  /** Realised rates that left their design since the start. Includes miners, so it must not be public. */
  alarms(): readonly Alarm[] {
    return this.#watch.alarms();
  }

  /** Throws `epoch_not_found` when the epoch was never committed. */
  async published(
    epoch: number,
    store: Pick<SamplerModules["store"], "epoch" | "logHeads"> = this.#modules.store,
  ): Promise<PublishedEpoch> {
    const record = await store.epoch(epoch);
    if (record === null) throw new AssayError({ code: "epoch_not_found", epoch });
    const heads = await store.logHeads(epoch);
    if (record.closed_at !== null) return { ...record, state: "closed", heads };
    const log_head = heads.at(-1)?.log_head ?? record.commitment;
    return { ...record, state: "open", revealed_key: null, log_head, log_length: 0, heads };
  }

  #current(): number {
    return epochAt(this.#modules.clock.nowMs(), this.#options.epochHours);
  }

  #refusal(epoch: number, shut: boolean): AssayError {
    const current = this.#current();
    return shut || epoch < current
      ? new AssayError({ code: "epoch_expired", epoch, current })
      : new AssayError({ code: "store_unavailable", retry_after_s: 5 });
  }

  async #commitAround(current: number): Promise<void> {
    for (const epoch of [current, current + 1]) {
      if (!this.#epochs.has(epoch)) await this.#commit(epoch);
    }
  }

  async #commit(epoch: number): Promise<void> {
    const { store, signer, clock, log } = this.#modules;
    const [master] = this.#options.masters;
    if (master === undefined) return;
    const { policy } = this.#options;
    const unsigned = {
      epoch,
      commitment: commitment(sampleKey(master, epoch).export(), policy),
      policy,
      committed_at: clock.nowMs(),
      key_id: signer.kid,
    };
    const signed = { ...unsigned, signature: signer.signDocument(unsigned) };
    const record = await store.commitEpoch(signed).catch(nullIfExpired);
    if (record === null || record.closed_at !== null) {
      this.#epochs.set(epoch, "shut");
      log.warn("sample_epoch_shut", { epoch });
      return;
    }
    this.#adopt(record, this.#keyOf(record));
    log.info("sample_epoch_committed", { epoch, commitment: record.commitment });
  }

  #adopt(record: EpochRecord, key: KeyObject): void {
    this.#epochs.set(record.epoch, { key, rates: ratesOf(record.policy) });
  }

  /** The key that reproduces a commitment. Throws `commitment_unmatched` when no master does. */
  #keyOf(record: EpochRecord): KeyObject {
    for (const master of this.#options.masters) {
      const key = sampleKey(master, record.epoch);
      if (commitment(key.export(), record.policy) === record.commitment) return key;
    }
    throw new AssayError({ code: "commitment_unmatched", epoch: record.epoch });
  }

  /** Epochs no longer open on record were closed by another process. */
  #shutAllBut(open: readonly EpochRecord[]): void {
    const known = new Set(open.map(({ epoch }) => epoch));
    for (const epoch of this.#epochs.keys()) {
      if (!known.has(epoch)) this.#epochs.set(epoch, "shut");
    }
  }

  async #closeThose(over: readonly EpochRecord[]): Promise<Set<number>> {
    const closed = new Set<number>();
    const oldest = over.toSorted((a, b) => a.epoch - b.epoch).slice(0, CLOSE_BATCH);
    for (const record of oldest) if (await this.#close(record)) closed.add(record.epoch);
    return closed;
  }

  /** Whether it closed; otherwise verdicts are missing, or the log has grown since the record was read. */
  async #close(record: EpochRecord): Promise<boolean> {
    const { store, clock, log } = this.#modules;
    const { epoch } = record;
    try {
      const key = this.#keyOf(record).export().toString("hex");
      const after = await store.closeEpoch(epoch, key, this.#heads.sign(record), clock.nowMs());
      if (after !== null && after.closed_at !== null) {
        log.info("sample_epoch_closed", { epoch, log_head: after.log_head, log_length: after.log_length });
        return true;
      }
      log.debug("sample_epoch_waits", { epoch });
    } catch (error) {
      log.error("sample_close_failed", { epoch, cause: causeText(error) });
    }
    return false;
  }
}
