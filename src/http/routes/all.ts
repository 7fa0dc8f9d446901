import type { Log } from "../../core/log.ts";
import type { EventHub } from "../events/hub.ts";
import type { Handlers } from "../handlers.ts";
import type { PageFiles } from "../page/pageFiles.ts";
import { chainRoutes } from "./chain.ts";
import { challengeRoutes } from "./challenges.ts";
import { circuitsRoute } from "./circuits.ts";
import { clockRoutes } from "./clock.ts";
import { configRoutes } from "./config.ts";
import { dispatchRoutes } from "./dispatch.ts";
import { documentRoute } from "./document.ts";
import { drainRoutes } from "./drain.ts";
import { eventRoute } from "./events.ts";
import { jobRoutes } from "./jobs.ts";
import { minerRoutes } from "./miners.ts";
import { nodeRoutes } from "./nodes.ts";
import { operationRoutes } from "./operation.ts";
import { overviewRoutes } from "./overview.ts";
import { pageRoutes } from "./page.ts";
import { publicationRoutes } from "./publications.ts";
import { receiptRoute } from "./receipts.ts";
import type { Route } from "./route.ts";
import { sessionRoutes } from "./session.ts";
import { skiplistRoutes } from "./skiplist.ts";
import { type StreamServing, streamRoute } from "./stream.ts";
import { submissionRoutes } from "./submissions.ts";
import { systemRoutes } from "./system.ts";
import { tokenRoutes } from "./tokens.ts";
import { weightRoutes } from "./weights.ts";

/** All routes. `openapi` makes the document that describes them; `streams` belongs to the push lane. */
export function routesOf(
  handlers: Handlers,
  log: Log,
  openapi: () => object,
  streams: () => StreamServing | null,
  page: PageFiles | null,
  events: EventHub,
): Route[] {
  return [
    ...pageRoutes(page),
    ...operationRoutes(handlers),
    ...overviewRoutes(handlers),
    eventRoute(events),
    documentRoute(openapi),
    ...challengeRoutes(handlers),
    ...submissionRoutes(handlers),
    streamRoute(streams),
    ...minerRoutes(handlers),
    circuitsRoute(handlers),
    ...weightRoutes(handlers),
    ...publicationRoutes(handlers, log),
    ...sessionRoutes(handlers),
    ...skiplistRoutes(handlers),
    receiptRoute(handlers),
    ...nodeRoutes(handlers),
    ...configRoutes(handlers),
    ...dispatchRoutes(handlers),
    ...systemRoutes(handlers),
    ...drainRoutes(handlers),
    ...clockRoutes(handlers),
    ...chainRoutes(handlers),
    ...jobRoutes(handlers),
    ...tokenRoutes(handlers),
  ];
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  if (pattern.length !== path.length) return false;
  return pattern.every((part, i) => (part.startsWith(":") ? path[i] !== "" : part === path[i]));
}

/** The methods that a path takes, for the `Allow` header; none where nothing is served. */
export function methodIndex(routes: readonly Pick<Route, "method" | "url">[]): (url: string) => string[] {
  const patterns = routes.map(({ method, url }) => ({ method, parts: url.split("/") }));
  return (url) => {
    const path = (url.split("?", 1)[0] ?? "").split("/");
    const found = patterns.filter(({ parts }) => matches(parts, path)).map(({ method }) => method);
    return [...new Set(found.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])))];
  };
}
