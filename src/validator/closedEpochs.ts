import type { Store } from "../flow/store.ts";
import type { ClosedEpochPage } from "../http/handlers.ts";

/** A page of closed epochs, the latest first. */
export async function closedEpochs(
  store: Pick<Store, "closedEpochs">,
  { before, limit }: { readonly before: number | null; readonly limit: number },
): Promise<ClosedEpochPage> {
  const found = await store.closedEpochs(before, limit + 1);
  const items = found.slice(0, limit);
  return { items, next_before: found.length > limit ? (items.at(-1)?.epoch ?? null) : null };
}
