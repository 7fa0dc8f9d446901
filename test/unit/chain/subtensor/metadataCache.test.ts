import assert from "node:assert/strict";
import { test } from "node:test";
import { MetadataCache } from "../../../../src/chain/subtensor/connect/metadataCache.ts";

const bytes = Uint8Array.of(1, 2, 3);

test("metadata of a runtime is fetched by one session, and every other one gets the same bytes", async () => {
  const cache = new MetadataCache(60_000);
  assert.equal(await cache.getMetadata("a"), null);
  const others = [cache.getMetadata("a"), cache.getMetadata("a")];
  assert.equal(await cache.getMetadata("b"), null, "another runtime is not waited for");
  cache.setMetadata("a", bytes);
  for (const other of await Promise.all(others)) assert.equal(other, bytes);
  assert.equal(await cache.getMetadata("a"), bytes);
});

test("a session whose node never answers holds the others up for a while only", async () => {
  const cache = new MetadataCache(10);
  assert.equal(await cache.getMetadata("a"), null);
  // Keeps the process while the cache's own timer does not.
  const alive = setInterval(() => {}, 1000);
  assert.equal(await cache.getMetadata("a"), null);
  clearInterval(alive);
  cache.setMetadata("a", bytes);
  assert.equal(await cache.getMetadata("a"), bytes);
});

test("metadata that comes unasked for is kept too, and the runtimes used last stay", async () => {
  const cache = new MetadataCache(10);
  for (const hash of ["a", "b", "c"]) cache.setMetadata(hash, bytes);
  await cache.getMetadata("a");
  cache.setMetadata("d", bytes);
  assert.equal(await cache.getMetadata("b"), null);
  assert.equal(await cache.getMetadata("a"), bytes);
});
