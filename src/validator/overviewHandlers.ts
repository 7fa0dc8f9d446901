import type { Handlers } from "../http/handlers.ts";
import type { Parts } from "./parts.ts";

/** What stands at the moment, and what was counted over time. */
export function overviewHandlers(parts: Pick<Parts, "overview" | "history">) {
  return {
    overview: () => parts.overview.text(),
    history: (query) => parts.history.text(query),
  } satisfies Partial<Handlers>;
}
