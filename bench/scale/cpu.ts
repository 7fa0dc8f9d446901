import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks per second of /proc, on every Linux that Node runs on. */
const TICKS = 100;

/** The name, parent and microseconds of processor time of a line of /proc/PID/stat. */
function statOf(path: string): { name: string; parent: number; us: number } | null {
  try {
    const text = readFileSync(path, "utf8");
    const end = text.lastIndexOf(")");
    const fields = text.slice(end + 2).split(" ");
    const us = ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS;
    return { name: text.slice(text.indexOf("(") + 1, end), parent: Number(fields[1]), us };
  } catch {
    return null;
  }
}

/** Microseconds of processor time: of the main thread, and of all. */
export interface Cpu {
  readonly main: number;
  readonly all: number;
}

/** What a process has used since it began. */
export function cpuOf(pid: number): Cpu {
  const main = statOf(`/proc/${pid}/task/${pid}/stat`)?.us ?? 0;
  return { main, all: statOf(`/proc/${pid}/stat`)?.us ?? 0 };
}

/** Processor time of the living processes with this name below a process. */
export function cpuOfServers(name: string): number {
  let us = 0;
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = statOf(`/proc/${entry}/stat`);
    if (stat?.name === name) us += stat.us;
  }
  return us;
}
