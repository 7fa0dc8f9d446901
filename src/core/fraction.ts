import type { Brand } from "./brand.ts";

/** An exact fraction in 0..1; `text` is how it was written. */
export type Fraction = Brand<
  { readonly num: bigint; readonly den: bigint; readonly text: string },
  "Fraction"
>;

const ratio = /^(\d{1,18})\/(\d{1,18})$/;
const decimal = /^(\d{1,9})(?:\.(\d{1,18}))?$/;

/** Reads `20/500`, `0.04` or `1` exactly, never through a float; null for any other text and above 1. */
export function parseFraction(text: string): Fraction | null {
  const parts = ratio.exec(text);
  const digits = decimal.exec(text);
  let num: bigint;
  let den: bigint;
  if (parts?.[1] && parts[2]) {
    num = BigInt(parts[1]);
    den = BigInt(parts[2]);
  } else if (digits?.[1]) {
    const places = digits[2] ?? "";
    num = BigInt(digits[1] + places);
    den = 10n ** BigInt(places.length);
  } else return null;
  if (den === 0n || num > den) return null;
  return { num, den, text } as Fraction;
}

/** The same for a text that was checked before. Throws RangeError. */
export function exactFraction(text: string): Fraction {
  const parsed = parseFraction(text);
  if (parsed === null) throw new RangeError(`not a fraction: ${text}`);
  return parsed;
}

/** Whether a < b, exactly. */
export function lessThan(a: Fraction, b: Fraction): boolean {
  return a.num * b.den < b.num * a.den;
}

/** The larger of the fractions. */
export function largest(first: Fraction, ...rest: Fraction[]): Fraction {
  return rest.reduce((best, next) => (lessThan(best, next) ? next : best), first);
}

/** `floor(num * 2^64 / den)`: a u64 is sampled iff it is below this. */
export function threshold64(rate: Fraction): bigint {
  return (rate.num << 64n) / rate.den;
}

const thresholds = new WeakMap<Fraction, string>();

/** The threshold as 16 hex digits, which sort as the numbers do; 2^64 does not fit and is `g`, which sorts after all digits. */
function thresholdText(rate: Fraction): string {
  const known = thresholds.get(rate);
  if (known !== undefined) return known;
  const threshold = threshold64(rate);
  const text = threshold === 1n << 64n ? "g" : threshold.toString(16).padStart(16, "0");
  thresholds.set(rate, text);
  return text;
}

/** Whether a u64, given as 16 hex digits, is sampled at the rate. */
export function isBelow64(x: string, rate: Fraction): boolean {
  return x < thresholdText(rate);
}
