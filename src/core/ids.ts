import type { Brand } from "./brand.ts";

/** An sr25519 public key in ss58 text, prefix 42; made by `parseHotkey` in ss58.ts. */
export type Hotkey = Brand<string, "Hotkey">;
/** `pm-t{tier}-e{epoch}-{24 hex}`; made by the challenge stage. */
export type ChallengeId = Brand<string, "ChallengeId">;
/** `rc_` and 32 hex digits. */
export type ReceiptId = Brand<string, "ReceiptId">;
/** Wall-clock bucket, `floor(unix_seconds / (3600 * epoch_hours))`. */
export type Epoch = Brand<number, "Epoch">;
/** Chain height. */
export type Block = Brand<number, "Block">;

export const asEpoch = (number: number): Epoch => number as Epoch;

/** The epoch that holds a moment. */
export function epochAt(nowMs: number, epochHours: number): Epoch {
  return Math.floor(nowMs / (3_600_000 * epochHours)) as Epoch;
}

/** The first millisecond of an epoch. */
export function epochStartMs(epoch: Epoch, epochHours: number): number {
  return epoch * 3_600_000 * epochHours;
}

const receiptPattern = /^rc_[0-9a-f]{32}$/;

/**
 * Makes a receipt id: 48 bits of time in ms, then 10 random bytes. Ascending ids keep inserts at one end of a store's index,
 * and 80 random bits cannot be guessed.
 */
export function receiptId(nowMs: number, random: Uint8Array): ReceiptId {
  const time = Math.floor(nowMs).toString(16).padStart(12, "0").slice(-12);
  return `rc_${time}${Buffer.from(random.subarray(0, 10)).toString("hex")}` as ReceiptId;
}

export function isReceiptId(text: string): text is ReceiptId {
  return receiptPattern.test(text);
}
