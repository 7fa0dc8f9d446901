import type { Handlers } from "../handlers.ts";
import type { Route } from "./route.ts";
import { systemState } from "./systemSchemas.ts";

/** The operator's route for the process that answers. */
export function systemRoutes(handlers: Handlers): Route[] {
  return [
    {
      method: "GET",
      url: "/v1/admin/system",
      operation: {
        id: "system",
        tag: "administration",
        summary: "The process, its store and its bounds",
        description:
          "Size of the store, room on the disk and when it is full, gates and pools; of the process that answers.",
        signedBy: "operator",
        answers: { 200: { description: "The process", schema: systemState } },
        problems: [],
      },
      serve: () => handlers.system(),
    },
  ];
}
