import { read } from "./api.ts";
import type { Resource } from "./resources.ts";

interface Part<Item> {
  readonly items: readonly Item[];
}

/** At most this many requests for one list: 8,192 hotkeys in pages of 500 need 17. */
const pagesMax = 40;

export interface WholeList<Item> {
  readonly items: readonly Item[];
  /** The list goes on past what the page reads of it. */
  readonly isCut: boolean;
}

/** All pages of a list, one after the other. `next` finds the cursor of the following page, or null. */
export async function readAll<Item, P extends Part<Item>, C>(
  pageAt: (cursor: C | null) => Resource<P>,
  next: (page: P) => C | null,
  signal: AbortSignal,
): Promise<WholeList<Item>> {
  const items: Item[] = [];
  let cursor: C | null = null;
  for (let i = 0; i < pagesMax; i++) {
    const page: P = await read(pageAt(cursor), signal);
    items.push(...page.items);
    cursor = next(page);
    if (cursor === null) return { items, isCut: false };
  }
  return { items, isCut: true };
}
