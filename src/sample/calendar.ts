import { EpochCalendar, type EpochEra, type EpochSpan } from "../core/epochs.ts";
import { asEpoch, epochAt, epochStartMs } from "../core/ids.ts";
import type { EpochRecord } from "../flow/draw.ts";

/** The most hours that an epoch may be configured to have. */
const HOURS_MOST = 8760;

/** When an epoch on record begins and ends. */
export interface RecordedSpan {
  readonly hours: number;
  readonly beginsAt: number;
  readonly endsAt: number;
}

/**
 * The span of a record. Versions without terms did not store it: the number and the time of the commitment, which is at most one
 * epoch ahead, tell the length where it is not the configured one.
 */
export function spanOf(record: EpochRecord, configuredHours: number): RecordedSpan {
  if (record.terms)
    return { hours: record.terms.hours, beginsAt: record.terms.begins_at, endsAt: record.terms.ends_at };
  const { epoch, committed_at } = record;
  const fits = (hours: number): boolean =>
    Number.isInteger(hours) &&
    hours >= 1 &&
    hours <= HOURS_MOST &&
    [0, 1].includes(epoch - epochAt(committed_at, hours));
  const likely = [0, 1].map((ahead) => Math.round(committed_at / 3_600_000 / Math.max(1, epoch - ahead)));
  const hours = [configuredHours, ...likely].find(fits) ?? configuredHours;
  const beginsAt = epochStartMs(asEpoch(epoch), hours);
  return { hours, beginsAt, endsAt: beginsAt + hours * 3_600_000 };
}

/**
 * The calendar that follows from the epochs on record and the configured length. What is on record keeps its length; another
 * length begins when the last epoch on record ends.
 */
export function calendarOf(open: readonly EpochRecord[], configuredHours: number): EpochCalendar {
  const spans = open
    .map((record) => spanOf(record, configuredHours))
    .toSorted((a, b) => a.beginsAt - b.beginsAt);
  const eras: EpochEra[] = [];
  for (const { hours, beginsAt } of spans) {
    if (eras.at(-1)?.hours !== hours) eras.push({ fromMs: beginsAt, hours });
  }
  if (eras.at(-1)?.hours !== configuredHours) {
    const fromMs = Math.max(0, ...spans.map(({ endsAt }) => endsAt));
    eras.push({ fromMs, hours: configuredHours });
  }
  return new EpochCalendar(eras);
}

/** The first epoch from now on that is not on record: there a changed configuration takes effect. */
export function firstUncommitted(
  calendar: EpochCalendar,
  open: readonly Pick<EpochRecord, "epoch">[],
  nowMs: number,
): EpochSpan {
  const committed = new Set(open.map(({ epoch }) => epoch));
  let span = calendar.at(nowMs);
  // At most the epochs on record, of which two are ahead.
  for (let i = 0; i < open.length && committed.has(span.epoch); i++) span = calendar.after(span);
  return span;
}
