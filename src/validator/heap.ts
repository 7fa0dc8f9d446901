import { availableParallelism } from "node:os";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Both halves of the young heap: room for the garbage of a burst of requests. */
const YOUNG_BYTES = 32 * 2 ** 20;
/** On as many cores the checks leave none idle that could help to collect: several threads that collect then only wait for one another. */
const BUSY_CORES = 2;
/** How often the size of the young heap is looked at, ms: it does not double twice in so long once it is near its bound. */
const LOOK_MS = 250;

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
 * Lets the young heap grow back to the size that serving needs whenever it is smaller, for as long as the process runs. A start
 * leaves it at any size, and V8 shrinks it to the smallest when nothing happens for some seconds; left there, a validator that is
 * busy again collects twelve times as often and spends a third more of its main thread on each submission. It grows while objects
 * outlive collections, so an idle process stays small.
 */
export function keepYoungHeap(): void {
  let isGrowing = false;
  const look = (): void => {
    const isSmall = youngBytes() < YOUNG_BYTES;
    if (isSmall === isGrowing) return;
    isGrowing = isSmall;
    setFlagsFromString(`--semi-space-growth-factor=${isSmall ? 2 : 1}`);
  };
  look();
  setInterval(look, LOOK_MS).unref();
}
