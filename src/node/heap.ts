import { setFlagsFromString } from "node:v8";

/**
 * V8 sizes heaps by the memory of the machine: on a large one the young heap alone grows to 128 MB and garbage is left for
 * long. Both flags are read at every collection, so they hold from now on, for all threads: the young heap stays as large
 * as starting made it (16 MB a half), and the old one is collected once it grew by 40 %. Measured by `assay bench memory`:
 * half the resident memory, and no fewer submissions a second.
 */
export function boundHeap(): void {
  setFlagsFromString("--heap-growing-percent=40");
  setFlagsFromString("--semi-space-growth-factor=1");
}
