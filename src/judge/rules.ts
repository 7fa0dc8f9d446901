/** Blocks per tempo while the chain's tempo is unknown. */
export const FALLBACK_TEMPO = 360;
/** Blocks for which a strike raises the sample rate of its hotkey: 7 days of 12 s blocks. */
export const STRUCK_BLOCKS = 50_400;
/** When this share of the active miners, in per cent, fails within one minute, the fault is presumed to be the validator's. */
export const SELF_FAULT_PERCENT = 30;
/** That minute. */
export const SELF_FAULT_WINDOW_MS = 60_000;

/** Free again at `untilBlock` itself. */
export function suspendedAt(block: number, untilBlock: number): boolean {
  return block < untilBlock;
}

/** An unseen hotkey counts as cold, and so does one first seen above the current height. */
export function isColdStart(block: number, firstSeen: number | undefined, coldStartBlocks: number): boolean {
  return firstSeen === undefined || block - firstSeen < coldStartBlocks;
}

/** A strike exactly at the cutoff still counts. */
export function inWindow(strikeBlock: number, block: number, windowBlocks: number): boolean {
  return strikeBlock >= block - windowBlocks;
}

/** A moment as judge orders them: by time, or by block where the time is of an earlier run (null). */
export interface Moment {
  readonly block: number;
  readonly at: number | null;
}

/**
 * Whether work belongs to what was handed out before the hotkey's last strike was recorded. That strike is of the same backlog, so
 * a cheat in it adds no other. A strike that lies ahead of now says nothing about the order: the clock went back.
 */
export function isOfBacklog(work: Moment, strike: Moment | null, now: Moment): boolean {
  if (strike === null) return false;
  if (strike.at === null || work.at === null || now.at === null)
    return strike.block <= now.block && work.block <= strike.block;
  return strike.at <= now.at && work.at < strike.at;
}

/** How many of the strikes are in the window that ends at `block`. */
export function strikesInWindow(
  strikeBlocks: readonly number[],
  block: number,
  windowBlocks: number,
): number {
  return strikeBlocks.filter((strike) => inWindow(strike, block, windowBlocks)).length;
}

/** The first block at which a hotkey suspended at `block` is free; a tempo of 0 or unknown is 360. */
export function suspensionEnd(block: number, tempos: number, tempo: number): number {
  return block + tempos * (tempo > 0 ? tempo : FALLBACK_TEMPO);
}

/** The strike rule with its numbers, as evidence quotes it. */
export function ruleText(
  rule: { readonly strikes: number; readonly windowBlocks: number; readonly suspensionTempos: number },
  tempo: number,
): string {
  return (
    `judge/1: ${rule.strikes} strike(s) within ${rule.windowBlocks} blocks suspend for ` +
    `${rule.suspensionTempos} tempos of ${tempo > 0 ? tempo : FALLBACK_TEMPO} blocks`
  );
}

/**
 * Whether so large a share of the active miners failed to connect within one minute that the fault is the validator's. Of fewer
 * active miners than `least` nothing can be presumed: one of two that is gone is half of them.
 */
export function selfFaultPresumed(unreachable: number, active: number, least: number): boolean {
  return active >= Math.max(1, least) && unreachable * 100 >= active * SELF_FAULT_PERCENT;
}

/** A failure exactly a minute ago still counts. Monotonic ms. */
export function withinSelfFaultWindow(failedAtMs: number, nowMs: number): boolean {
  return nowMs - failedAtMs <= SELF_FAULT_WINDOW_MS;
}

/** Whether a hotkey was last seen before the retention; one seen exactly at its cutoff is kept. */
export function pastRetention(lastSeen: number, block: number, retentionBlocks: number): boolean {
  return lastSeen < block - retentionBlocks;
}
