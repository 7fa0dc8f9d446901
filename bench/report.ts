import { cpus, totalmem } from "node:os";

/** What `assay bench NAME --json` prints. Figures in the unit that their name ends in. */
export interface BenchReport {
  readonly bench: string;
  readonly figures: Readonly<Record<string, number>>;
  /** Figures over their floor or peer of the same run. */
  readonly ratios: Readonly<Record<string, number>>;
  readonly machine: Readonly<Record<string, string | number>>;
}

/** Options shared by all benches; each reads what it needs. */
export interface BenchOptions {
  readonly seconds: number;
  readonly clients: number;
  readonly hotkeys: number;
  /** Scheme of the ids; sealed when left out. */
  readonly scheme?: "sealed" | "indexed";
  /** Whether keys of sessions are measured beside those of hotkeys (submit). */
  readonly sessions?: boolean;
  /** Of the validator; sqlite when left out. */
  readonly store?: "sqlite" | "postgres";
  /** Says what is happening, for people; never on stdout. */
  readonly progress: (line: string) => void;
}

export function machine(): BenchReport["machine"] {
  const { node, v8, openssl, sqlite } = process.versions;
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    node,
    v8,
    openssl: openssl ?? "none",
    sqlite: sqlite ?? "none",
  };
}

/** The median of at least one number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

export const round = (value: number, digits = 3): number => Number(value.toFixed(digits));
