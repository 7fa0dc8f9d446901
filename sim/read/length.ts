import { z } from "zod";

/** Ms per unit in which a length of time can be written. */
const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const pattern = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h|d)$/;

export const DAY_MS = unitMs.d;

const noLength = { error: "must be a length of time: 500ms, 90s, 15m, 12h, 30d, or a number of ms" };

/** Ms of a written length, to the microsecond; null when it is not one. */
export function lengthMs(written: string | number): number | null {
  if (typeof written === "number") return written >= 0 ? written : null;
  const [, digits, unit] = pattern.exec(written) ?? [];
  if (digits === undefined || unit === undefined) return null;
  return Math.round(Number(digits) * unitMs[unit as keyof typeof unitMs] * 1000) / 1000;
}

/** The length in its largest unit that keeps it whole. */
export function lengthText(ms: number): string {
  const units = Object.entries(unitMs).toReversed();
  const [unit, factor] = units.find(([, factor]) => ms % factor === 0) ?? ["ms", 1];
  return ms === 0 ? "0ms" : `${ms / factor}${unit}`;
}

/** A length of time within bounds; read as ms. */
export function length(leastMs: number, mostMs: number) {
  return z
    .union([z.string().regex(pattern, { ...noLength, abort: true }), z.number()], noLength)
    .transform((written, context) => {
      const ms = lengthMs(written);
      if (ms !== null && ms >= leastMs && ms <= mostMs) return ms;
      const message =
        ms === null
          ? noLength.error
          : `must be ${leastMs > 0 ? `at least ${lengthText(leastMs)} and ` : ""}at most ${lengthText(mostMs)}`;
      context.issues.push({ code: "custom", message, input: written });
      return z.NEVER;
    });
}

const LAW_MAX_MS = unitMs.h;
const noLaw = { error: "must be a length of time, {min, mean} or {low, high}" };

/** A length of time, or a law by which lengths are drawn: `{min, mean}` or `{low, high}`; read as ms, at least `leastMs`. */
export function law(leastMs: number) {
  const least = length(0, LAW_MAX_MS);
  const most = length(Math.max(1, leastMs), LAW_MAX_MS);
  const exponential = z
    .strictObject({ min: least, mean: most })
    .refine(({ min, mean }) => mean >= min, { path: ["mean"], error: "must not be below min" });
  const between = z
    .strictObject({ low: least, high: most })
    .refine(({ low, high }) => high >= low, { path: ["high"], error: "must not be below low" });
  return z.union([length(leastMs, LAW_MAX_MS), exponential, between], noLaw);
}
