import type { Clock } from "../core/clock.ts";
import { type Epoch, epochAt } from "../core/ids.ts";
import type { Metrics } from "../core/metrics.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { ChallengeItem, ChallengePage, RecognisedChallenge } from "../flow/challenge.ts";
import type { Submission } from "../flow/submission.ts";
import { type ParsedId, parseChallengeId } from "./id.ts";
import { IndexCache, type IndexCacheStats, type IndexShare } from "./indexCache.ts";
import { type IndexedScheme, makeIndexed } from "./indexed.ts";
import { INDEX_ALLOTMENT_MAX, type IndexPlace } from "./indexTable.ts";
import type { IdScheme, SchemeName } from "./scheme.ts";
import { makeSealed } from "./sealed.ts";

/** A page is made on the event loop, about 5 us per item. */
const PAGE_MAX = 500;
/** About two seconds of builds on two cores; past it answers are refused as busy instead of waiting longer. */
const BUILDS_MAX = 256;

export interface ChallengeTier {
  readonly lane: string;
  readonly allotment: number;
  readonly weight: number;
  readonly maxAttempts: number;
  readonly n_vars: number;
  readonly n_clauses: number;
}

export interface ChallengesOptions {
  readonly issue: SchemeName;
  /** Recognised besides the issuing scheme. */
  readonly accept: readonly SchemeName[];
  readonly epochHours: number;
  /** Bound on the bytes of all reverse indexes. */
  readonly indexBytes: number;
  readonly current: Uint8Array;
  /** Recognises ids of epochs up to `lastEpoch`. */
  readonly previous: { readonly secret: Uint8Array; readonly lastEpoch: number } | null;
  readonly tiers: ReadonlyMap<number, ChallengeTier>;
}

export interface ChallengesModules {
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** `buildIndex` off the event loop. */
  readonly buildIndex: (place: IndexPlace) => Promise<Uint8Array>;
  /**
   * Whose index that of the hotkey is; rejects where none may be built for it. `prove` verifies that the hotkey asks, and
   * rejects otherwise; without it nothing is proven.
   */
  readonly indexShare: (hotkey: string, prove?: () => Promise<void>) => Promise<IndexShare>;
}

/** The schemes of one master secret; `accepted` are those whose ids are recognised, the issuing one first. */
interface Master {
  readonly issuing: IdScheme;
  readonly accepted: readonly IdScheme[];
  readonly all: readonly IdScheme[];
  readonly indexed: IndexedScheme;
}

function makeMaster(
  name: string,
  secret: Uint8Array,
  options: ChallengesOptions,
  { build, cache }: { build: ChallengesModules["buildIndex"]; cache: IndexCache },
): Master {
  const sealed = makeSealed(secret);
  const indexed = makeIndexed(secret, { name, build, cache });
  const issuing = options.issue === "sealed" ? sealed : indexed;
  const others = [sealed, indexed].filter(
    (scheme) => scheme !== issuing && options.accept.includes(scheme.name),
  );
  return { issuing, accepted: [issuing, ...others], all: [sealed, indexed], indexed };
}

/** Throws RangeError when an allotment exceeds what an index may hold. */
function checkAllotments(master: Master, tiers: ChallengesOptions["tiers"]): void {
  if (!master.accepted.includes(master.indexed)) return;
  for (const [tier, { allotment }] of tiers) {
    if (allotment > INDEX_ALLOTMENT_MAX)
      throw new RangeError(
        `tier ${tier}: the indexed scheme takes at most ${INDEX_ALLOTMENT_MAX} challenges, not ${allotment}`,
      );
  }
}

/** Lists the challenges of a miner, and recognises an id that was issued to it. */
export class Challenges {
  readonly #options: ChallengesOptions;
  readonly #modules: ChallengesModules;
  readonly #indexes: IndexCache;
  readonly #current: Master;
  readonly #previous: Master | null;
  /** The epoch whose indexes were asked for when it began. */
  #turned: number | null = null;

  constructor(options: ChallengesOptions, modules: ChallengesModules) {
    this.#options = options;
    this.#modules = modules;
    this.#indexes = new IndexCache({ bytes: options.indexBytes, builds: BUILDS_MAX }, modules.metrics);
    const indexing = { build: modules.buildIndex, cache: this.#indexes };
    this.#current = makeMaster("current", options.current, options, indexing);
    this.#previous = options.previous && makeMaster("previous", options.previous.secret, options, indexing);
    checkAllotments(this.#current, options.tiers);
  }

  currentEpoch(): Epoch {
    return epochAt(this.#modules.clock.nowMs(), this.#options.epochHours);
  }

  /**
   * Throws `malformed_challenge_id`, `epoch_expired`, `not_your_challenge`, `busy` when indexes cannot keep up, and what
   * `indexShare` and `prove` throw.
   */
  async recognise(
    text: string,
    hotkey: string,
    seq?: number,
    prove?: () => Promise<void>,
  ): Promise<RecognisedChallenge> {
    const id = parseChallengeId(text);
    if (id === null) throw new AssayError({ code: "malformed_challenge_id" });
    const current = this.currentEpoch();
    if (id.epoch !== current && id.epoch !== current - 1)
      throw new AssayError({ code: "epoch_expired", epoch: id.epoch, current });
    const tier = this.#options.tiers.get(id.tier);
    if (tier === undefined) throw new AssayError({ code: "not_your_challenge" });
    const given = { seq, mayBuild: () => this.#modules.indexShare(hotkey, prove) };
    for (const scheme of this.#schemesFor(id)) {
      const found = await scheme.recover(id, hotkey, tier.allotment, given);
      if (found !== null) return recognised(id, tier, found, scheme.seed(hotkey, id.epoch, id.tier, found));
    }
    throw new AssayError({ code: "not_your_challenge" });
  }

  #schemesFor(id: ParsedId): readonly IdScheme[] {
    if (this.#previous === null || id.epoch > (this.#options.previous?.lastEpoch ?? -1))
      return this.#current.accepted;
    return [...this.#current.accepted, ...this.#previous.accepted];
  }

  /**
   * The seed of a recorded submission, of any epoch and either scheme: a promised verdict outlives epochs and
   * migrations. Null when the challenge was issued under none of the known masters.
   */
  seedOf(submission: Pick<Submission, "challengeId" | "hotkey" | "epoch" | "tier" | "seq">): bigint | null {
    const { challengeId, hotkey, epoch, tier, seq } = submission;
    for (const scheme of [...this.#current.all, ...(this.#previous?.all ?? [])]) {
      if (scheme.id(hotkey, epoch, tier, seq) === challengeId) return scheme.seed(hotkey, epoch, tier, seq);
    }
    return null;
  }

  /**
   * Called every few seconds. When an epoch begins, the indexes of those who were active in the last one are built in advance,
   * before their answers need them.
   */
  turn(): void {
    const epoch = this.currentEpoch();
    if (this.#turned === epoch) return;
    this.#turned = epoch;
    for (const { hotkey, tier, epoch: of } of this.#current.indexed.tables())
      if (of === epoch - 1) this.#warm(hotkey, tier);
  }

  /** A miner that proved itself has listed this tier: its first answer is about to come. */
  listed(hotkey: string, tier: number): void {
    this.#warm(hotkey, tier);
  }

  indexStats(): IndexCacheStats {
    return this.#indexes.stats();
  }

  #warm(hotkey: string, tier: number): void {
    const { indexed, issuing } = this.#current;
    const allotment = this.#options.tiers.get(tier)?.allotment;
    if (issuing !== indexed || allotment === undefined) return;
    const epoch = this.currentEpoch();
    this.#modules
      .indexShare(hotkey, async () => undefined)
      .then((share) => indexed.warm({ hotkey, epoch, tier, allotment }, share))
      // Where none may be built, the answers say why.
      .catch(() => undefined);
  }

  /** A page of the current epoch, of at most 500 items. Throws `lane_not_found`, `tier_not_found`. */
  page(lane: string, hotkey: string, tier: number, offset: number, limit: number): ChallengePage {
    const place = this.#tierOf(lane, tier);
    if (!Number.isSafeInteger(offset) || offset < 0) throw new RangeError(`page: offset ${offset}`);
    if (!Number.isSafeInteger(limit) || limit < 1) throw new RangeError(`page: limit ${limit}`);
    const epoch = this.currentEpoch();
    const end = Math.min(offset + Math.min(limit, PAGE_MAX), place.allotment);
    const { n_vars, n_clauses, weight } = place;
    const items: ChallengeItem[] = [];
    for (let seq = offset; seq < end; seq++) {
      const challenge_id = this.#current.issuing.id(hotkey, epoch, tier, seq);
      items.push({ challenge_id, seq, n_vars, n_clauses, weight });
    }
    return { epoch, lane, tier, items, next_offset: end < place.allotment ? end : null };
  }

  #tierOf(lane: string, number: number): ChallengeTier {
    const tier = this.#options.tiers.get(number);
    if (tier?.lane === lane) return tier;
    for (const other of this.#options.tiers.values()) {
      if (other.lane === lane) throw new AssayError({ code: "tier_not_found", tier: number });
    }
    throw new AssayError({ code: "lane_not_found", lane });
  }
}

function recognised(id: ParsedId, tier: ChallengeTier, seq: number, seed: bigint): RecognisedChallenge {
  return {
    challengeId: id.id,
    lane: tier.lane,
    epoch: id.epoch,
    tier: id.tier,
    seq,
    seed,
    weight: tier.weight,
    maxAttempts: tier.maxAttempts,
  };
}
