import { readdirSync, readFileSync } from "node:fs";

const MIB = 1_048_576;

/** Resident memory of a process in MiB. */
export function residentMib(pid: number): number {
  const [, kib = ""] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return (Number(kib) * 1024) / MIB;
}

/** Open file descriptors of a process. */
export const descriptors = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/**
 * By how much, in MiB, the resident memory grew from the second quarter of a run to its last: the difference of the medians of readings
 * at even steps of the work. The first quarter warms up. A collector lets memory rise and fall, so single readings say nothing; what
 * leaks per request is in the difference.
 */
export function growthOf(readings: readonly number[]): number {
  const quarter = Math.floor(readings.length / 4);
  return median(readings.slice(-quarter)) - median(readings.slice(quarter, 2 * quarter));
}
