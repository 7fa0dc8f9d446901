import type { MinerReason, ReasonCount } from "./reasons.ts";

/** The widths of the buckets that history is kept in, ms. */
export const historySteps = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

export type HistoryStep = keyof typeof historySteps;

/** How many buckets of each width are kept: 6 hours, 30 days, 400 days. */
export const HISTORY_KEPT: Readonly<Record<HistoryStep, number>> = { minute: 360, hour: 720, day: 400 };

/** Series in one batch. With what is kept of each this bounds the rows: 1,480 per series. */
export const HISTORY_SERIES_MAX = 192;

/** A series by its name; one with a label as `name:value`. At most 96 characters. */
export interface HistoryValue {
  readonly series: string;
  readonly value: number;
}

/** What one process counted within one minute. */
export interface HistoryBatch {
  /** Of this batch alone: one that is sent again is not added again. */
  readonly id: string;
  /** A moment of that minute, Unix ms. */
  readonly at: number;
  /** Added to what is on record for its minute, hour and day. */
  readonly counts: readonly HistoryValue[];
  /** Put in the place of what is on record. */
  readonly levels: readonly HistoryValue[];
  /** Added to what is on record of its miner; of a hotkey without a sighting nothing is kept. */
  readonly reasons: readonly ReasonCount[];
}

export interface HistoryRow extends HistoryValue {
  /** First moment of the bucket, Unix ms. */
  readonly start: number;
}

/** Counts over time, within a fixed budget. Several processes add to the same buckets. */
export interface HistoryRecords {
  /** Adds a batch once, and drops what is too old by its time. Throws RangeError beyond the bounds. */
  addHistory(batch: HistoryBatch): Promise<void>;
  /** Rows whose bucket begins at or after `from` and before `to`, the oldest first. */
  history(step: HistoryStep, from: number, to: number): Promise<HistoryRow[]>;
  /** Why requests and answers of a miner earned nothing, by kind and code; kept as long as its sighting. */
  minerReasons(hotkey: string): Promise<MinerReason[]>;
  /** Bytes that the records take on the disk of the store. */
  storeBytes(): Promise<number>;
}
