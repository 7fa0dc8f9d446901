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

export const asBlock = (height: number): Block => height as Block;
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

/** Makes a receipt id of 16 random bytes. */
export function receiptId(random: Uint8Array): ReceiptId {
  return `rc_${Buffer.from(random).toString("hex").slice(0, 32)}` as ReceiptId;
}

export function isReceiptId(text: string): text is ReceiptId {
  return receiptPattern.test(text);
}
