import type { Route } from "../routes/route.ts";

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  if (pattern.length !== path.length) return false;
  return pattern.every((part, i) => (part.startsWith(":") ? path[i] !== "" : part === path[i]));
}

/** Tells which methods a path takes, for the `Allow` header; none where nothing is served. */
export function methodIndex(routes: readonly Pick<Route, "method" | "url">[]): (url: string) => string[] {
  const patterns = routes.map(({ method, url }) => ({ method, parts: url.split("/") }));
  return (url) => {
    const path = (url.split("?", 1)[0] ?? "").split("/");
    const found = patterns.filter(({ parts }) => matches(parts, path)).map(({ method }) => method);
    return [...new Set(found.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])))];
  };
}
