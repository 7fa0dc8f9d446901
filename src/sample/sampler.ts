import type { KeyObject } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import type { Signer } from "../core/ed25519.ts";
import type { EpochCalendar, EpochSpan } from "../core/epochs.ts";
import type { Log } from "../core/log.ts";
import type { Counter, Metrics } from "../core/metrics.ts";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import type {
  ChallengeTerms,
  Draw,
  DrawClass,
  EpochRecord,
  EpochTerms,
  PublishedEpoch,
  SamplePolicy,
} from "../flow/draw.ts";
import type { Store } from "../flow/store.ts";
import { spanOf } from "./calendar.ts";
import { commitment } from "./commitment.ts";
import { decide, sampleKey } from "./draw.ts";
import { LogHeads } from "./heads.ts";
import { matchingKey } from "./matchingKey.ts";
import { type Rates, ratesOf } from "./policy.ts";
import type { RestoredEpochs } from "./restoredEpochs.ts";
import { shutText } from "./shutText.ts";
import { type Alarm, RateWatch } from "./watch/rateWatch.ts";

export interface SamplerOptions {
  readonly epochs: EpochCalendar;
  /** Of new commitments; null where nothing but draws depends on them. */
  readonly terms?: ChallengeTerms | null;
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
  /** Whether the clock is believed; always, when left out. Nothing is committed or closed while it is not. */
  readonly isTrusted?: () => boolean;
  /** Whether this process closes epochs and signs heads; always, when left out. */
  readonly isLeader?: () => boolean;
  /** Holds back epochs whose commitments a restored store may have lost; none, when left out. */
  readonly restored?: RestoredEpochs;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Null for an epoch whose record retention has dropped. */
function nullIfExpired(error: unknown): null {
  if (error instanceof AssayError && error.problem.code === "epoch_expired") return null;
  throw error;
}

/** An epoch near now; `decides` is null once it is shut. */
interface Near {
  readonly terms: EpochTerms | null;
  readonly decides: { readonly key: KeyObject; readonly rates: Rates } | null;
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
  /** At most three: the current epoch and its neighbours. */
  readonly #near = new Map<number, Near>();

  constructor(options: SamplerOptions, modules: SamplerModules) {
    if (options.masters.length === 0) throw new RangeError("sampler: no master secret");
    this.#options = options;
    this.#modules = modules;
    this.#watch = new RateWatch(modules);
    this.#heads = new LogHeads(options.epochs, modules);
    this.#draws = modules.metrics.counter("assay_draws_total", "Sampling decisions", [
      "lane",
      "class",
      "sampled",
    ]);
  }

  /** Loads open epochs and commits the current and the next one. Throws `commitment_unmatched`. */
  async start(): Promise<void> {
    const open = await this.#modules.store.openEpochs();
    for (const record of open) matchingKey(this.#options.masters, record);
    if (this.#isTrusted()) await this.#enter(this.#around(), open);
  }

  #isTrusted(): boolean {
    return this.#modules.isTrusted?.() ?? true;
  }

  /** Takes up the current epoch and its neighbours; the last one only where it is on record. */
  async #enter({ before, current, after }: Around, open: readonly EpochRecord[]): Promise<void> {
    // One without terms, of an earlier version, gets those of today: a later change of the configuration must not reach it.
    const last = open.some(({ epoch }) => epoch === before.epoch);
    await this.#modules.restored?.settle(after);
    for (const span of last ? [before, current, after] : [current, after]) {
      if (this.#near.has(span.epoch)) continue;
      if (await this.#mayCommit(span)) await this.#commit(span);
      else this.#near.set(span.epoch, { terms: null, decides: null });
    }
  }

  /** A commitment that is on record stands; one that a restored store may have lost is not made anew. */
  async #mayCommit(span: EpochSpan): Promise<boolean> {
    const { restored, store, log } = this.#modules;
    if (restored === undefined || restored.mayCommit(span)) return true;
    if ((await store.epoch(span.epoch)) !== null) return true;
    log.warn("sample_epoch_held_back", { epoch: span.epoch, epochs_open_at: restored.opensAt });
    return false;
  }

  /**
   * Commits ahead, closes the epochs that can no longer decide, signs heads of those still open and shows the realised rates.
   * Must be called several times in each twelfth of an epoch, one call at a time.
   */
  async tick(): Promise<void> {
    this.#watch.show();
    if (!this.#isTrusted()) return;
    // Read once: a clock that steps back meanwhile must not take up an epoch that this very tick closes.
    const around = this.#around();
    const { before, current, after } = around;
    const near = new Set<number>([before, current, after].map(({ epoch }) => epoch));
    for (const epoch of this.#near.keys()) {
      if (!near.has(epoch)) this.#near.delete(epoch);
    }
    if (!this.#near.has(current.epoch) || !this.#near.has(after.epoch))
      await this.#enter(around, this.#near.has(before.epoch) ? [] : await this.#modules.store.openEpochs());
    const open = await this.#modules.store.openEpochs();
    this.#shutAllBut(open);
    if (!(this.#modules.isLeader?.() ?? true)) return;
    const closed = await this.#closeThose(open.filter((record) => this.#isOver(record, before)));
    await this.#heads.record(open.filter(({ epoch }) => !closed.has(epoch)));
  }

  /**
   * The decision for one work id, by the policy on record for its epoch. Throws `epoch_expired` when the epoch
   * is over, `store_unavailable` when its commitment is not on record yet.
   */
  draw(lane: string, hotkey: string, workId: string, epoch: number, classes: readonly DrawClass[]): Draw {
    const near = this.#near.get(epoch);
    if (!near?.decides) throw this.#refusal(epoch, near !== undefined);
    const draw = decide(near.decides.key, near.decides.rates, { epoch, lane, hotkey, workId, classes });
    this.#draws.add({ lane, class: draw.class, sampled: `${draw.sampled}` });
    this.#watch.count(draw);
    return draw;
  }

  /** What the challenges of the current epoch or one of its neighbours are made with; null for another, and where none were recorded. */
  termsOf(epoch: number): EpochTerms | null {
    return this.#near.get(epoch)?.terms ?? null;
  }

  /** Why no answer of the current epoch can be admitted, for an operator; null when one can. */
  fault(): string | null {
    const { current, after } = this.#around();
    const near = this.#near.get(current.epoch);
    if (near?.decides) return null;
    const nextDecides = Boolean(this.#near.get(after.epoch)?.decides);
    const opensAt = near?.terms === null ? (this.#modules.restored?.opensAt ?? null) : null;
    return shutText({ current, after, isNear: near !== undefined, nextDecides, opensAt });
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
    const found = await store.epoch(epoch);
    if (found === null) throw new AssayError({ code: "epoch_not_found", epoch });
    const { terms: _private, ...rest } = found;
    const cutAt = this.#modules.restored?.cutAt(epoch) ?? null;
    const record = { ...rest, ...(cutAt === null ? {} : { records_lost_since: cutAt }) };
    const heads = await store.logHeads(epoch);
    if (record.closed_at !== null) return { ...record, state: "closed", heads };
    const log_head = heads.at(-1)?.log_head ?? record.commitment;
    return { ...record, state: "open", revealed_key: null, log_head, log_length: 0, heads };
  }

  #around(): Around {
    const { epochs } = this.#options;
    const current = epochs.at(this.#modules.clock.nowMs());
    return { before: epochs.before(current), current, after: epochs.after(current) };
  }

  /** Whether the epoch can accept nothing more: it ended before the last one began. */
  #isOver(record: EpochRecord, before: EpochSpan): boolean {
    return spanOf(record, before.hours).endsAt <= before.beginsAt;
  }

  #refusal(epoch: number, shut: boolean): AssayError {
    const {
      before,
      current: { epoch: current },
    } = this.#around();
    return shut || epoch === before.epoch || epoch < Math.min(before.epoch, current)
      ? new AssayError({ code: "epoch_expired", epoch, current })
      : new AssayError({ code: "store_unavailable", retry_after_s: 5 });
  }

  async #commit(span: EpochSpan): Promise<void> {
    const { epoch } = span;
    const { store, signer, clock, log } = this.#modules;
    const [master] = this.#options.masters;
    if (master === undefined) return;
    const { policy, terms } = this.#options;
    const unsigned = {
      epoch,
      commitment: commitment(sampleKey(master, epoch).export(), policy),
      policy,
      committed_at: clock.nowMs(),
      key_id: signer.kid,
    };
    const signed = { ...unsigned, signature: signer.signDocument(unsigned) };
    const record = await store
      .commitEpoch({ ...signed, terms: terms ? termsIn(span, terms) : null })
      .catch(nullIfExpired);
    if (record === null || record.closed_at !== null) {
      this.#near.set(epoch, { terms: record?.terms ?? null, decides: null });
      log.warn("sample_epoch_shut", { epoch });
      return;
    }
    this.#adopt(record, matchingKey(this.#options.masters, record));
    log.info("sample_epoch_committed", { epoch, commitment: record.commitment });
  }

  #adopt(record: EpochRecord, key: KeyObject): void {
    const { epoch, policy, terms = null } = record;
    this.#near.set(epoch, { terms, decides: { key, rates: ratesOf(policy) } });
  }

  /** Epochs no longer open on record were closed by another process. */
  #shutAllBut(open: readonly EpochRecord[]): void {
    const known = new Set(open.map(({ epoch }) => epoch));
    for (const [epoch, { terms }] of this.#near) {
      if (!known.has(epoch)) this.#near.set(epoch, { terms, decides: null });
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
      const key = matchingKey(this.#options.masters, record).export().toString("hex");
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

interface Around {
  readonly before: EpochSpan;
  readonly current: EpochSpan;
  readonly after: EpochSpan;
}

function termsIn({ hours, beginsAt, endsAt }: EpochSpan, terms: ChallengeTerms): EpochTerms {
  return { ...terms, hours, begins_at: beginsAt, ends_at: endsAt };
}
