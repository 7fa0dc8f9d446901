import { readdirSync, readFileSync } from "node:fs";

const MIB = 1_048_576;

/** Resident memory of a process in bytes. */
export function residentBytes(pid: number): number {
  const [, kib = ""] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib) * 1024;
}

/** Open file descriptors of a process. */
export const descriptors = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** What the resident memory of a process was, read at even steps of the work. */
export class MemoryWatch {
  readonly samples: number[] = [];
  readonly #pid: number;

  constructor(pid: number) {
    this.#pid = pid;
  }

  look(): void {
    this.samples.push(residentBytes(this.#pid) / MIB);
  }

  /**
   * The medians, in MiB, of the second and the last quarter of the run: the first quarter warms up. A collector lets memory rise and
   * fall, so single readings say nothing; what leaks per request is in the difference.
   */
  get windows(): { readonly second: number; readonly last: number } {
    const quarter = Math.floor(this.samples.length / 4);
    return {
      second: median(this.samples.slice(quarter, 2 * quarter)),
      last: median(this.samples.slice(-quarter)),
    };
  }
}
