const absent = "-";

/** Four digits: 2.856, 5,600, 9.52e-5; a dash where there is no number. */
export function fourDigits(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return absent;
  if (value !== 0 && Math.abs(value) < 1e-3) return String(Number(value.toPrecision(4)).toExponential());
  return value.toLocaleString("en-US", { maximumSignificantDigits: 4 });
}

/** A count, in full. */
export function whole(count: number | null): string {
  if (count === null || !Number.isFinite(count)) return absent;
  return Number.isInteger(count) ? count.toLocaleString("en-US") : fourDigits(count);
}

/** A share 0..1. */
export function percent(share: number | null): string {
  return share === null || !Number.isFinite(share) ? absent : `${fourDigits(100 * share)} %`;
}

/** With its sign, for differences. */
export function signed(value: number | null): string {
  return value !== null && value > 0 ? `+${fourDigits(value)}` : fourDigits(value);
}

/** A length of time, ms. */
export function span(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return absent;
  if (ms !== 0 && ms < 1000) return `${fourDigits(ms)} ms`;
  if (ms < 120_000) return `${fourDigits(ms / 1000)} s`;
  if (ms < 7_200_000) return `${fourDigits(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${fourDigits(ms / 3_600_000)} h` : `${fourDigits(ms / 86_400_000)} d`;
}

/** The unit of a time axis of `ms`. */
export function axisUnit(ms: number): { readonly name: string; readonly ms: number } {
  if (ms < 120_000) return { name: "seconds", ms: 1000 };
  if (ms < 7_200_000) return { name: "minutes", ms: 60_000 };
  return ms < 172_800_000 ? { name: "hours", ms: 3_600_000 } : { name: "days", ms: 86_400_000 };
}

/** "1 miner", "3 miners". */
export function counted(count: number, noun: string): string {
  return `${whole(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** "a", "a and b", "a, b and c". */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}
