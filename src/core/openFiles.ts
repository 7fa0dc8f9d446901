import { readFileSync } from "node:fs";

/** How many descriptors this process may have; null where the system does not tell. */
export function openFilesMost(): number | null {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
    return found === null ? null : Number(found[1]);
  } catch {
    return null;
  }
}

/** For files, the store, worker threads and outgoing connections: a validator has some forty in use. */
const OWN = 96;
const LEAST = 16;

/** The connections that leave the process the descriptors that it needs itself: without one the store could not go on. */
export function connectionsWithin(wanted: number, openFiles: number | null): number {
  return openFiles === null ? wanted : Math.min(wanted, Math.max(LEAST, openFiles - OWN));
}
