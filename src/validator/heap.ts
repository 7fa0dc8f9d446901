import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Both halves of the young heap: room for what a burst of requests makes, and no more. */
const YOUNG_BYTES = 32 * 2 ** 20;
/** The young heap doubles about every ten rounds; this many are never needed. */
const ROUNDS_MAX = 2000;

/**
 * V8 sizes heaps by the memory of the machine: on a large one the young heap alone grows to 128 MB and garbage is left for
 * long. Both flags are read at every collection, so they hold from now on, for all threads: the young heap stays as it is,
 * and the old one is collected once it grew by 40 %. To be called before anything large is loaded. After 30,000 submissions
 * the process was 280 MB large instead of 491, at no fewer submissions a second; `assay bench memory` tells what it is now.
 */
export function boundHeap(): void {
  setFlagsFromString("--heap-growing-percent=40");
  setFlagsFromString("--semi-space-growth-factor=1");
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? 0;
}

/**
 * Lets the young heap grow to the size that serving needs; what is loaded at a start would leave it at any size, and at its
 * smallest a quarter of the throughput is lost. It grows only while objects outlive collections, so some are made that do.
 */
export function growYoungHeap(): void {
  setFlagsFromString("--semi-space-growth-factor=2");
  let alive: unknown[] = [];
  for (let round = 0; round < ROUNDS_MAX && youngBytes() < YOUNG_BYTES; round++)
    alive = Array.from({ length: 20_000 }, (_, i) => ({ i }));
  setFlagsFromString("--semi-space-growth-factor=1");
  alive.length = 0;
}
