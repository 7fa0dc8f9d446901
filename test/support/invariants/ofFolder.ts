import { join } from "node:path";
import { openInlineStore } from "../store/inline.ts";
import type { Fact } from "./facts.ts";
import { assertEnded, assertInvariants } from "./invariants.ts";

/** Checks what a validator that has stopped left in its data directory: everything that it took has ended. */
export async function assertFolder(dir: string, facts: readonly Fact[], block: number): Promise<void> {
  const store = openInlineStore(join(dir, "assay.db"));
  try {
    assertEnded(await assertInvariants(store, facts, block));
  } finally {
    await store.close();
  }
}
