import type { Finding, Severity } from "../../../core/alert.ts";
import type { AlertFacts, ProcessFacts } from "../facts.ts";
import type { Look } from "../lifecycle.ts";

export interface Rule {
  readonly severity: Severity;
  look(facts: AlertFacts): Look;
}

export const finding = (
  text: string,
  value: number | null = null,
  threshold: number | null = null,
): Finding => ({ text, value, threshold });

/** The worst of several processes' findings, with how many more there are; with one process its name says nothing. */
export function ofProcesses(
  { processes }: AlertFacts,
  look: (process: ProcessFacts) => Finding | null,
): Look {
  if (processes.length === 0) return "unknown";
  const found = processes.flatMap((process) => {
    const one = look(process);
    return one === null ? [] : [{ name: process.name, one }];
  });
  const excess = ({ value, threshold }: Finding): number => (value ?? 0) / (threshold || 1);
  const [worst, ...rest] = found.sort((a, b) => excess(b.one) - excess(a.one));
  if (worst === undefined) return null;
  const { one, name } = worst;
  const place = processes.length === 1 ? "" : `process ${name}: `;
  const others = rest.length === 0 ? "" : `; so do ${rest.map((other) => other.name).join(", ")}`;
  return { ...one, text: `${place}${one.text}${others}` };
}

export const percent = (share: number): string => `${Math.round(1000 * share) / 10} %`;

const units = [
  ["days", 86_400_000],
  ["hours", 3_600_000],
  ["minutes", 60_000],
  ["s", 1000],
] as const;

/** Two digits at least, in the largest unit that leaves a whole one. */
export function duration(ms: number): string {
  const [unit, size] = units.find(([, length]) => ms >= 2 * length) ?? (["ms", 1] as const);
  const count = ms / size;
  return `${count >= 10 ? Math.round(count) : Math.round(10 * count) / 10} ${unit}`;
}
