import { readFileSync } from "node:fs";
import { freemem, totalmem } from "node:os";

const line = /^(MemTotal|MemAvailable):\s+(\d+) kB$/gm;

/** Share of the host's memory that is available, from the text of /proc/meminfo; null when it does not say. */
export function availableShare(meminfo: string): number | null {
  const found = new Map([...meminfo.matchAll(line)].map(([, name, kb]) => [name, Number(kb)]));
  const total = found.get("MemTotal");
  const available = found.get("MemAvailable");
  return total === undefined || available === undefined || total === 0 ? null : available / total;
}

/** The same for this host; on other systems than Linux it is the share of free memory. */
export function hostMemory(): number | null {
  try {
    return availableShare(readFileSync("/proc/meminfo", "utf8"));
  } catch {
    return totalmem() > 0 ? freemem() / totalmem() : null;
  }
}
