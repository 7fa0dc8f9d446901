import { createSecretKey, timingSafeEqual } from "node:crypto";
import { readU64 } from "../core/bytes.ts";
import { KeyedHash } from "../core/keyedHash.ts";
import { formatChallengeId } from "./id.ts";
import type { IndexCache, IndexShare } from "./indexCache.ts";
import { IdHash, type IndexPlace, lookUp, TOKEN_BYTES } from "./indexTable.ts";
import type { IdScheme } from "./scheme.ts";

export interface IndexedOptions {
  /** Shared by the masters in force, each under a name of its own. */
  readonly cache: IndexCache;
  readonly name: string;
  /** `buildIndex` off the event loop. */
  readonly build: (place: IndexPlace) => Promise<Uint8Array>;
}

/** A miner's allotment in one epoch and tier. */
export interface Allotment {
  readonly hotkey: string;
  readonly epoch: number;
  readonly tier: number;
  readonly allotment: number;
}

export interface IndexedScheme extends IdScheme {
  readonly name: "indexed";
  /** Builds the table of an allotment before its first id arrives. */
  warm(of: Allotment, share: IndexShare): void;
  /** The tables at hand of known miners. */
  tables(): Allotment[];
}

/** Ids that do not contain their seq, as older deployments issue them: recovery needs a reverse index, or the seq. */
export function makeIndexed(secret: Uint8Array, options: IndexedOptions): IndexedScheme {
  const { cache, name, build } = options;
  const ids = new IdHash(secret);
  const seeds = new KeyedHash(createSecretKey(secret));
  // One message at a time is hashed, so that one buffer serves all.
  const digest = Buffer.alloc(32);
  const digestToken = digest.subarray(0, TOKEN_BYTES);
  const token = Buffer.alloc(TOKEN_BYTES);

  const keyOf = ({ hotkey, epoch, tier, allotment }: Allotment): string =>
    `${name}:${epoch}:${tier}:${allotment}:${hotkey}`;

  const wanted = (of: Allotment, share: IndexShare) => ({
    ...{ key: keyOf(of), share },
    build: () => build({ secret, ...of }),
  });

  const isToken = ({ hotkey, epoch, tier }: Omit<Allotment, "allotment">, seq: number): boolean => {
    ids.into(digest, hotkey, epoch, tier, seq);
    return timingSafeEqual(digestToken, token);
  };

  const find = (table: Uint8Array, text: string, of: Allotment): number | null => {
    token.write(text, "hex");
    return lookUp(table, of.allotment, token, (seq) => isToken(of, seq));
  };

  const scheme: IndexedScheme = {
    name: "indexed",
    issue: (hotkey, epoch, tier, seq) => ({
      challengeId: scheme.id(hotkey, epoch, tier, seq),
      seed: scheme.seed(hotkey, epoch, tier, seq),
    }),
    id(hotkey, epoch, tier, seq) {
      ids.into(digest, hotkey, epoch, tier, seq);
      return formatChallengeId(tier, epoch, digest.toString("hex", 0, TOKEN_BYTES));
    },
    seed(hotkey, epoch, tier, seq) {
      seeds.begin().raw(`seed:${hotkey}:${epoch}:${tier}:${seq}`).into(digest);
      return BigInt.asUintN(63, readU64(digest));
    },
    recover(id, hotkey, allotment, { seq, mayBuild } = {}) {
      const of = { hotkey, epoch: id.epoch, tier: id.tier, allotment };
      if (seq !== undefined) {
        token.write(id.token, "hex");
        return isToken(of, seq) && seq >= 0 && seq < allotment ? seq : null;
      }
      const table = cache.get(keyOf(of));
      if (table !== undefined) return find(table, id.token, of);
      return (async () => {
        const share = mayBuild === undefined ? "known" : await mayBuild();
        return find(await cache.obtain(wanted(of, share)), id.token, of);
      })();
    },
    warm: (of, share) => cache.warm(wanted(of, share)),
    tables: () =>
      [...cache.keys()].flatMap((key) => {
        const [master, epoch, tier, allotment, hotkey = ""] = key.split(":");
        if (master !== name) return [];
        return [{ hotkey, epoch: Number(epoch), tier: Number(tier), allotment: Number(allotment) }];
      }),
  };
  return scheme;
}
