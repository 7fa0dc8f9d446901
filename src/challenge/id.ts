import type { ChallengeId } from "../core/ids.ts";

/** A well-formed challenge id and its parts; only a scheme can tell whether it was issued. */
export interface ParsedId {
  readonly id: ChallengeId;
  /** 0..2^32-1. */
  readonly tier: number;
  readonly epoch: number;
  /** 24 lower-case hex digits: 12 bytes. */
  readonly token: string;
}

const TIER_MAX = 0xffff_ffff;
const tokenPattern = /^[0-9a-f]{24}$/;
// Canonical decimals only: one challenge has one id, so one idempotency key.
const idPattern = /^pm-t(0|[1-9]\d{0,9})-e(0|[1-9]\d{0,15})-([0-9a-f]{24})$/;

/** The parts of an id, or null when the text is not an id. */
export function parseChallengeId(text: string): ParsedId | null {
  const parts = idPattern.exec(text);
  if (parts === null) return null;
  const tier = Number(parts[1]);
  const epoch = Number(parts[2]);
  if (tier > TIER_MAX || !Number.isSafeInteger(epoch)) return null;
  return { id: text as ChallengeId, tier, epoch, token: parts[3] ?? "" };
}

/** `pm-t{tier}-e{epoch}-{token}`; RangeError on parts that `parseChallengeId` would refuse. */
export function formatChallengeId(tier: number, epoch: number, token: string): ChallengeId {
  if (!Number.isInteger(tier) || tier < 0 || tier > TIER_MAX)
    throw new RangeError(`challenge id: tier ${tier}`);
  if (!Number.isSafeInteger(epoch) || epoch < 0) throw new RangeError(`challenge id: epoch ${epoch}`);
  if (!tokenPattern.test(token)) throw new RangeError("challenge id: a token is 24 lower-case hex digits");
  return `pm-t${tier}-e${epoch}-${token}` as ChallengeId;
}
