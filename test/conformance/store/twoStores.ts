import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Store } from "../../../src/flow/store.ts";
import { commitment, type OpenStore } from "./fixtures.ts";

/** Runs the work on two stores that share their records, as two processes would have them. */
export async function withTwo(
  open: OpenStore,
  work: (one: Store, two: Store) => Promise<void>,
): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "assay-store-"));
  const stores = [await open(dir), await open(dir)] as const;
  try {
    await stores[0].commitEpoch(commitment());
    await work(...stores);
  } finally {
    for (const store of stores) await store.close();
    await rm(dir, { recursive: true });
  }
}
