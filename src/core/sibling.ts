/** The URL of a module beside the caller's, for worker threads: `.ts` in a checkout, `.js` in a compiled package. */
export function sibling(importMetaUrl: string, name: string): URL {
  return new URL(`./${name}${importMetaUrl.endsWith(".ts") ? ".ts" : ".js"}`, importMetaUrl);
}
