import { IndexCache } from "../../../src/challenge/indexCache.ts";
import { type IndexedScheme, makeIndexed } from "../../../src/challenge/indexed.ts";
import { buildIndex, type IndexPlace } from "../../../src/challenge/indexTable.ts";
import { noMetrics } from "../../../src/core/metrics.ts";

/** An indexed scheme with a cache of its own, which builds where it is called. */
export function indexedScheme(
  secret: Uint8Array,
  given: {
    readonly bytes?: number;
    readonly builds?: number;
    readonly build?: (place: IndexPlace) => Promise<Uint8Array>;
  } = {},
): { scheme: IndexedScheme; cache: IndexCache } {
  const cache = new IndexCache({ bytes: given.bytes ?? 100_000_000, builds: given.builds ?? 32 }, noMetrics);
  const build = given.build ?? (async (place: IndexPlace) => buildIndex(place));
  return { scheme: makeIndexed(secret, { name: "test", cache, build }), cache };
}
