import type { Log } from "../../core/log.ts";
import type { Handlers } from "../handlers.ts";
import { challengeRoutes } from "./challenges.ts";
import { documentRoute } from "./document.ts";
import { jobRoutes } from "./jobs.ts";
import { minerRoutes } from "./miners.ts";
import { operationRoutes } from "./operation.ts";
import { publicationRoutes } from "./publications.ts";
import type { Route } from "./route.ts";
import { skiplistRoutes } from "./skiplist.ts";
import { type StreamServing, streamRoute } from "./stream.ts";
import { submissionRoutes } from "./submissions.ts";

/** Everything that is served. `openapi` makes the document that describes it; `streams` is what the push lane has. */
export function routesOf(
  handlers: Handlers,
  log: Log,
  openapi: () => object,
  streams: () => StreamServing | null,
): Route[] {
  return [
    ...operationRoutes(handlers),
    documentRoute(openapi),
    ...challengeRoutes(handlers),
    ...submissionRoutes(handlers),
    streamRoute(streams),
    ...minerRoutes(handlers),
    ...publicationRoutes(handlers, log),
    ...skiplistRoutes(handlers),
    ...jobRoutes(handlers),
  ];
}
