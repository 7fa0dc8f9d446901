import type { Miner } from "./miner.ts";

/** What bounds the jobs of a miner at this moment. */
export const minerLimits = ["no_link", "resting", "unread", "new", "capacity", "cap"] as const;
export type MinerLimit = (typeof minerLimits)[number];

type Limited = Pick<Miner, "link" | "backoff" | "cap">;

/**
 * The first reason that applies: it has no link; it failed and rests; it does not read what was sent; it has too few results for a
 * cap of its own; it wants no more than this many; its cap.
 */
export function limitOf({ link, backoff, cap }: Limited, nowMs: number): MinerLimit {
  if (link === null) return "no_link";
  if (nowMs < backoff.until) return "resting";
  if (!link.writable) return "unread";
  if (!cap.isKnown) return "new";
  return link.capacity < cap.usable() ? "capacity" : "cap";
}
