import { availableParallelism } from "node:os";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Both halves of the young heap: room for the garbage of a burst of requests. */
const YOUNG_BYTES = 32 * 2 ** 20;
/** On as many cores the checks leave none idle that could help to collect: several threads that collect then only wait for one another. */
const BUSY_CORES = 2;
/** Bound on the rounds: the young heap doubles about every ten. */
const ROUNDS_MAX = 2000;

/**
 * V8 sizes heaps by the memory of the machine: on a large one the young heap alone grows to 128 MB and garbage stays for a
 * long time. Both flags are read at every collection, so they apply from now on, in all threads: the young heap keeps its
 * size, and the old one is collected once it grew by 40 %. Must be called before anything large is loaded. After 30,000
 * submissions the process had 280 MB instead of 491, at as many submissions per second; `assay bench memory` measures it.
 */
export function boundHeap(): void {
  setFlagsFromString("--heap-growing-percent=40");
  setFlagsFromString("--semi-space-growth-factor=1");
  if (availableParallelism() <= BUSY_CORES) setFlagsFromString("--no-parallel-scavenge");
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? 0;
}

/**
 * Grows the young heap to the size that serving needs: a start leaves it at any size, and at the smallest a quarter of the
 * throughput is lost. It grows only while objects outlive collections, so this makes such objects.
 */
export function growYoungHeap(): void {
  setFlagsFromString("--semi-space-growth-factor=2");
  let alive: unknown[] = [];
  for (let round = 0; round < ROUNDS_MAX && youngBytes() < YOUNG_BYTES; round++)
    alive = Array.from({ length: 20_000 }, (_, i) => ({ i }));
  setFlagsFromString("--semi-space-growth-factor=1");
  alive.length = 0;
}
