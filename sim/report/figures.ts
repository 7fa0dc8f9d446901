import { fourDigits } from "../../src/core/figures.ts";

/** A count, in full. */
export function whole(count: number | null): string {
  if (count === null || !Number.isFinite(count)) return "-";
  return Number.isInteger(count) ? count.toLocaleString("en-US") : fourDigits(count);
}

/** With its sign, for differences. */
export function signed(value: number | null): string {
  return value !== null && value > 0 ? `+${fourDigits(value)}` : fourDigits(value);
}

/** The unit of a time axis of this length, ms. */
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
