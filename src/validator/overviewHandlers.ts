import type { Handlers } from "../http/handlers.ts";
import type { PublicStore } from "../store/queuedReads.ts";
import { historyDocument, rangeOf } from "./history/document.ts";
import type { Parts } from "./parts.ts";

/** What stands at the moment, and what was counted over time. */
export function overviewHandlers(parts: Pick<Parts, "overview" | "clock">, store: PublicStore) {
  return {
    overview: () => parts.overview.text(),
    history: async (query) => {
      const range = rangeOf(query, parts.clock.nowMs());
      const rows = await store.history(range.step, range.from, range.to);
      return JSON.stringify(historyDocument(range, rows, query.names));
    },
  } satisfies Partial<Handlers>;
}
