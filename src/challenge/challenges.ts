import type { Clock } from "../core/clock.ts";
import type { EpochCalendar } from "../core/epochs.ts";
import type { Epoch } from "../core/ids.ts";
import type { Metrics } from "../core/metrics.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { ChallengeItem, ChallengePage, RecognisedChallenge } from "../flow/challenge.ts";
import type { EpochTerms } from "../flow/draw.ts";
import type { Submission } from "../flow/submission.ts";
import { type ParsedId, parseChallengeId } from "./id.ts";
import { IndexCache, type IndexCacheStats, type IndexShare } from "./indexCache.ts";
import { type IndexedScheme, makeIndexed } from "./indexed.ts";
import { INDEX_ALLOTMENT_MAX, type IndexPlace } from "./indexTable.ts";
import type { IdScheme, SchemeName } from "./scheme.ts";
import { makeSealed } from "./sealed.ts";
import { type ChallengeTier, type Issued, issuedBy, type TierTable } from "./tiers.ts";

/** A page is made on the event loop, about 5 us per item. */
const PAGE_MAX = 500;
/** About two seconds of builds on two cores; past it answers are refused as busy instead of waiting longer. */
const BUILDS_MAX = 256;

export interface ChallengesOptions {
  readonly issue: SchemeName;
  /** Recognised besides the issuing scheme. */
  readonly accept: readonly SchemeName[];
  readonly epochs: EpochCalendar;
  /** Bound on the bytes of all reverse indexes. */
  readonly indexBytes: number;
  readonly current: Uint8Array;
  /** Recognises ids of epochs up to `lastEpoch`. */
  readonly previous: { readonly secret: Uint8Array; readonly lastEpoch: number } | null;
  /** Of epochs without terms on record. */
  readonly tiers: TierTable;
}

export interface ChallengesModules {
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** What the challenges of an accepted epoch are made with; null where that is not on record. */
  readonly termsOf: (epoch: number) => EpochTerms | null;
  /** `buildIndex` off the event loop. */
  readonly buildIndex: (place: IndexPlace) => Promise<Uint8Array>;
  /**
   * Whose index that of the hotkey is; rejects where none may be built for it. `prove` verifies that the hotkey asks, and
   * rejects otherwise; without it nothing is proven.
   */
  readonly indexShare: (hotkey: string, prove?: () => Promise<void>) => Promise<IndexShare>;
}

/** The schemes of one master secret. */
interface Master {
  readonly sealed: IdScheme;
  readonly indexed: IndexedScheme;
}

function makeMaster(
  name: string,
  secret: Uint8Array,
  { build, cache }: { build: ChallengesModules["buildIndex"]; cache: IndexCache },
): Master {
  const sealed = makeSealed(secret);
  const indexed = makeIndexed(secret, { name, build, cache });
  return { sealed, indexed };
}

/** Throws RangeError when an allotment exceeds what an index may hold. */
function checkAllotments({ issue, accept, tiers }: ChallengesOptions): void {
  if (issue !== "indexed" && !accept.includes("indexed")) return;
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
    this.#current = makeMaster("current", options.current, indexing);
    this.#previous = options.previous && makeMaster("previous", options.previous.secret, indexing);
    checkAllotments(options);
  }

  currentEpoch(): Epoch {
    return this.#options.epochs.at(this.#modules.clock.nowMs()).epoch;
  }

  /** What the challenges of an epoch are made with: what is on record for it, else what is configured. */
  issuedIn(epoch: number): Issued {
    const terms = this.#modules.termsOf(epoch);
    return terms === null ? { scheme: this.#options.issue, tiers: this.#options.tiers } : issuedBy(terms);
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
    const accepted = this.#options.epochs.accepted(this.#modules.clock.nowMs());
    if (!accepted.some(({ epoch }) => epoch === id.epoch))
      throw new AssayError({ code: "epoch_expired", epoch: id.epoch, current: accepted[0].epoch });
    const issued = this.issuedIn(id.epoch);
    const tier = issued.tiers.get(id.tier);
    if (tier === undefined) throw new AssayError({ code: "not_your_challenge" });
    const given = { seq, mayBuild: () => this.#modules.indexShare(hotkey, prove) };
    for (const scheme of this.#schemesFor(id, issued)) {
      const found = await scheme.recover(id, hotkey, tier.allotment, given);
      if (found !== null) return recognised(id, tier, found, scheme.seed(hotkey, id.epoch, id.tier, found));
    }
    throw new AssayError({ code: "not_your_challenge" });
  }

  /** The scheme that issued in the id's epoch first, then those that are accepted besides. */
  #schemesFor(id: ParsedId, { scheme }: Issued): readonly IdScheme[] {
    const { issue, accept, previous } = this.#options;
    const names = new Set([scheme, issue, ...accept]);
    const of = (master: Master): IdScheme[] => [...names].map((name) => master[name]);
    if (this.#previous === null || id.epoch > (previous?.lastEpoch ?? -1)) return of(this.#current);
    return [...of(this.#current), ...of(this.#previous)];
  }

  /**
   * The seed of a recorded submission, of any epoch and either scheme: a promised verdict outlives epochs and
   * migrations. Null when the challenge was issued under none of the known masters.
   */
  seedOf(submission: Pick<Submission, "challengeId" | "hotkey" | "epoch" | "tier" | "seq">): bigint | null {
    const { challengeId, hotkey, epoch, tier, seq } = submission;
    const { sealed, indexed } = this.#current;
    const before = this.#previous === null ? [] : [this.#previous.sealed, this.#previous.indexed];
    for (const scheme of [sealed, indexed, ...before]) {
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
    const [, last] = this.#options.epochs.accepted(this.#modules.clock.nowMs());
    for (const { hotkey, tier, epoch: of } of this.#current.indexed.tables())
      if (of === last.epoch) this.#warm(hotkey, tier);
  }

  /** A miner that proved itself has listed this tier: its first answer is about to come. */
  listed(hotkey: string, tier: number): void {
    this.#warm(hotkey, tier);
  }

  indexStats(): IndexCacheStats {
    return this.#indexes.stats();
  }

  #warm(hotkey: string, tier: number): void {
    const { indexed } = this.#current;
    const epoch = this.currentEpoch();
    const { scheme, tiers } = this.issuedIn(epoch);
    const allotment = tiers.get(tier)?.allotment;
    if (scheme !== "indexed" || allotment === undefined) return;
    this.#modules
      .indexShare(hotkey, async () => undefined)
      .then((share) => indexed.warm({ hotkey, epoch, tier, allotment }, share))
      // Where none may be built, the answers say why.
      .catch(() => undefined);
  }

  /** A page of the current epoch, of at most 500 items. Throws `lane_not_found`, `tier_not_found`. */
  page(lane: string, hotkey: string, tier: number, offset: number, limit: number): ChallengePage {
    const epoch = this.currentEpoch();
    const { scheme, tiers } = this.issuedIn(epoch);
    const place = tierOf(tiers, lane, tier);
    if (!Number.isSafeInteger(offset) || offset < 0) throw new RangeError(`page: offset ${offset}`);
    if (!Number.isSafeInteger(limit) || limit < 1) throw new RangeError(`page: limit ${limit}`);
    const end = Math.min(offset + Math.min(limit, PAGE_MAX), place.allotment);
    const { weight, shape } = place;
    const items: ChallengeItem[] = [];
    for (let seq = offset; seq < end; seq++) {
      const challenge_id = this.#current[scheme].id(hotkey, epoch, tier, seq);
      items.push({ challenge_id, seq, ...shape, weight });
    }
    return { epoch, lane, tier, items, next_offset: end < place.allotment ? end : null };
  }
}

function tierOf(tiers: TierTable, lane: string, number: number): ChallengeTier {
  const tier = tiers.get(number);
  if (tier?.lane === lane) return tier;
  for (const other of tiers.values()) {
    if (other.lane === lane) throw new AssayError({ code: "tier_not_found", tier: number });
  }
  throw new AssayError({ code: "lane_not_found", lane });
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
    answerBytes: tier.answerBytes,
    maxAttempts: tier.maxAttempts,
    spec: tier.spec,
  };
}
