const absent = "-";

/** Four significant digits: 2.856, 5,600, 9.52e-5; a dash for null. */
export function fourDigits(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return absent;
  if (value !== 0 && Math.abs(value) < 1e-3) return String(Number(value.toPrecision(4)).toExponential());
  return value.toLocaleString("en-US", { maximumSignificantDigits: 4 });
}

/** A share 0..1. */
export function percent(share: number | null): string {
  return share === null || !Number.isFinite(share) ? absent : `${fourDigits(100 * share)} %`;
}

/** A duration in ms. */
export function span(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return absent;
  if (ms !== 0 && ms < 1000) return `${fourDigits(ms)} ms`;
  if (ms < 120_000) return `${fourDigits(ms / 1000)} s`;
  if (ms < 7_200_000) return `${fourDigits(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${fourDigits(ms / 3_600_000)} h` : `${fourDigits(ms / 86_400_000)} d`;
}
