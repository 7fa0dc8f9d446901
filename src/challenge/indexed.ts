import { createSecretKey, timingSafeEqual } from "node:crypto";
import { readU64 } from "../core/bytes.ts";
import { hmac } from "../core/hash.ts";
import { formatChallengeId } from "./id.ts";
import { IndexCache, type IndexCacheStats } from "./indexCache.ts";
import { type IndexPlace, idDigest, lookUp } from "./indexTable.ts";
import type { IdScheme } from "./scheme.ts";

/** About half a second of builds on two cores; past it callers are refused as busy instead of waiting longer. */
const BUILDS_MAX = 32;
const TOKEN_BYTES = 12;

export interface IndexedOptions {
  /** Tables kept in memory. */
  readonly maps: number;
  /** `buildIndex` off the event loop. */
  readonly build: (place: IndexPlace) => Promise<Uint8Array>;
  /** Builds under way at once; 32 when left out. */
  readonly builds?: number;
}

export interface IndexedScheme extends IdScheme {
  readonly name: "indexed";
  stats(): IndexCacheStats;
  /** Builds the table of a miner before its first id arrives; rejects with `busy` past the bound. */
  prewarm(hotkey: string, epoch: number, tier: number, allotment: number): Promise<void>;
}

/** Ids that do not contain their seq, as older deployments issue them: recovery needs a reverse index, or the seq. */
export function makeIndexed(secret: Uint8Array, options: IndexedOptions): IndexedScheme {
  const key = createSecretKey(secret);
  const cache = new IndexCache({ maps: options.maps, builds: options.builds ?? BUILDS_MAX });

  const keyOf = (hotkey: string, epoch: number, tier: number, allotment: number): string =>
    `${epoch}:${tier}:${allotment}:${hotkey}`;

  const obtain = (hotkey: string, epoch: number, tier: number, allotment: number): Promise<Uint8Array> =>
    cache.obtain(keyOf(hotkey, epoch, tier, allotment), () =>
      options.build({ secret, hotkey, epoch, tier, allotment }),
    );

  const scheme: IndexedScheme = {
    name: "indexed",
    issue: (hotkey, epoch, tier, seq) => ({
      challengeId: scheme.id(hotkey, epoch, tier, seq),
      seed: scheme.seed(hotkey, epoch, tier, seq),
    }),
    id: (hotkey, epoch, tier, seq) =>
      formatChallengeId(tier, epoch, idDigest(key, hotkey, epoch, tier, seq).toString("hex", 0, TOKEN_BYTES)),
    seed: (hotkey, epoch, tier, seq) =>
      BigInt.asUintN(63, readU64(hmac(key, `seed:${hotkey}:${epoch}:${tier}:${seq}`))),
    recover(id, hotkey, allotment, seqHint) {
      if (seqHint !== undefined) {
        const expected = idDigest(key, hotkey, id.epoch, id.tier, seqHint).subarray(0, TOKEN_BYTES);
        const genuine = timingSafeEqual(expected, Buffer.from(id.token, "hex"));
        return genuine && seqHint >= 0 && seqHint < allotment ? seqHint : null;
      }
      const table = cache.get(keyOf(hotkey, id.epoch, id.tier, allotment));
      if (table !== undefined) return lookUp(table, id.token);
      return obtain(hotkey, id.epoch, id.tier, allotment).then((built) => lookUp(built, id.token));
    },
    stats: () => cache.stats(),
    async prewarm(hotkey, epoch, tier, allotment) {
      await obtain(hotkey, epoch, tier, allotment);
    },
  };
  return scheme;
}
