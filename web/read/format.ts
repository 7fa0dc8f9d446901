/** Numbers and times as the page writes them. Every function is pure; null is written as a dash. */
export const dash = "–";

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });

/** 12345 is "12,345"; 0.012345 is "0.01235". */
export function number(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return dash;
  return Number.isInteger(value) || Math.abs(value) >= 10_000 ? grouped.format(value) : fine.format(value);
}

/** A share of 1 as a percentage: 0.0412 is "4.12 %". */
export function percent(share: number | null, digits = 2): string {
  if (share === null || !Number.isFinite(share)) return dash;
  return `${(share * 100).toFixed(digits).replace(/\.?0+$/, "")} %`;
}

const sizes = ["B", "kB", "MB", "GB", "TB"] as const;

/** 1234567 is "1.23 MB". */
export function bytes(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return dash;
  const step = Math.min(sizes.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)));
  const scaled = value / 1000 ** step;
  return `${step === 0 ? scaled : Number(scaled.toPrecision(3))} ${sizes[step]}`;
}

const spans = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1000, "s"],
] as const;

/** A length of time in its two largest units: 3725000 is "1 h 2 min". */
export function duration(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return dash;
  const at = spans.findIndex(([length]) => Math.abs(ms) >= length);
  if (at < 0) return Math.abs(ms) >= 1 && Math.abs(ms) < 1000 ? `${Math.round(Math.abs(ms))} ms` : "0 s";
  const parts: string[] = [];
  let rest = Math.abs(ms);
  for (const [length, unit] of spans.slice(at, at + 2)) {
    const whole = Math.floor(rest / length);
    if (whole > 0) parts.push(`${whole} ${unit}`);
    rest -= whole * length;
  }
  return parts.join(" ");
}

/** "14 s ago", "in 3 min", "now". */
export function relative(at: number, now: number): string {
  const away = at - now;
  if (Math.abs(away) < 1000) return "now";
  return away > 0 ? `in ${duration(away)}` : `${duration(-away)} ago`;
}

const localDay = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit" });
const localTime = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** In the zone of who looks: "2026-11-29 14:05:09"; without the day where it is today's. */
export function local(at: number, now: number | null = null): string {
  const day = localDay.format(at);
  const time = localTime.format(at);
  return now !== null && localDay.format(now) === day ? time : `${day} ${time}`;
}

/** "2026-11-29 13:05:09 UTC". */
export const utc = (at: number): string => `${new Date(at).toISOString().replace("T", " ").slice(0, 19)} UTC`;

/** The ends of a long id: "5Grwva…utQY". */
export const shortId = (id: string, head = 6, tail = 4): string =>
  id.length <= head + tail + 1 ? id : `${id.slice(0, head)}…${id.slice(-tail)}`;

/** Until when a block lasts from now, in ms, at the chain's pace. */
export const untilBlock = (block: number, present: number, blockMs: number): number =>
  Math.max(0, block - present) * blockMs;
