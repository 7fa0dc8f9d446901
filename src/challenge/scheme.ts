import type { ChallengeId } from "../core/ids.ts";
import type { ParsedId } from "./id.ts";
import type { IndexShare } from "./indexCache.ts";

export type SchemeName = "sealed" | "indexed";

export interface IssuedChallenge {
  readonly challengeId: ChallengeId;
  /** 63-bit. */
  readonly seed: bigint;
}

/** What a request adds to its id. */
export interface RecoverOptions {
  /** The seq, where the caller knows it. */
  readonly seq?: number | undefined;
  /** Asked before a reverse index is built for the hotkey; rejects where it may not. Left out: a known miner's. */
  readonly mayBuild?: () => Promise<IndexShare>;
}

/** How ids and seeds follow from a master secret. Tier and seq are in 0..2^32-1; RangeError otherwise. */
export interface IdScheme {
  readonly name: SchemeName;
  issue(hotkey: string, epoch: number, tier: number, seq: number): IssuedChallenge;
  /** The id alone, for listings. */
  id(hotkey: string, epoch: number, tier: number, seq: number): ChallengeId;
  seed(hotkey: string, epoch: number, tier: number, seq: number): bigint;
  /** The seq (below `allotment`) at which the id was issued to the hotkey, else null. A wrong seq may resolve to null. */
  recover(
    id: ParsedId,
    hotkey: string,
    allotment: number,
    options?: RecoverOptions,
  ): number | null | Promise<number | null>;
}
