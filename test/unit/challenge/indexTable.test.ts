import assert from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import { test } from "node:test";
import { IndexCache } from "../../../src/challenge/indexCache.ts";
import {
  buildIndex,
  IdHash,
  INDEX_ALLOTMENT_MAX,
  type IndexPlace,
  indexBytes,
  lookUp,
} from "../../../src/challenge/indexTable.ts";
import { defaultConfig } from "../../../src/config/load.ts";
import { hmac } from "../../../src/core/hash.ts";
import { noMetrics } from "../../../src/core/metrics.ts";

const secret = Buffer.from("assay-golden-secret");
const alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
const place = (allotment: number): IndexPlace => ({ secret, hotkey: alice, epoch: 9, tier: 1, allotment });

/** The token of a seq by node:crypto, and a look-up that counts the hashes that it takes. */
function world(allotment: number, table = buildIndex(place(allotment))) {
  const key = createSecretKey(secret);
  const tokenOf = (seq: number): Buffer => hmac(key, `id:${alice}:9:1:${seq}`).subarray(0, 12);
  const hash = new IdHash(secret);
  const out = Buffer.alloc(32);
  const asked = { count: 0 };
  const find = (token: Buffer): number | null =>
    lookUp(table, allotment, token, (seq) => {
      asked.count++;
      hash.into(out, alice, 9, 1, seq);
      return out.subarray(0, 12).equals(token);
    });
  return { table, tokenOf, find, asked };
}

for (const allotment of [1, 2, 7, 8, 9, 255, 256, 257, 10_000, 65_535, 65_536, 65_537]) {
  test(`a table of ${allotment} finds every token of its allotment and no other`, () => {
    const { table, tokenOf, find } = world(allotment);
    assert.equal(table.byteLength, indexBytes(allotment));
    const step = Math.max(1, Math.floor(allotment / 500));
    for (let seq = 0; seq < allotment; seq += step) assert.equal(find(tokenOf(seq)), seq);
    assert.equal(find(tokenOf(allotment - 1)), allotment - 1);
    for (let past = allotment; past < allotment + 50; past++) assert.equal(find(tokenOf(past)), null);
    for (const byte of [0, 255]) assert.equal(find(Buffer.alloc(12, byte)), null);
  });
}

test("a look-up takes two keyed hashes on average, of a token in the table as of any other", () => {
  const { tokenOf, find, asked } = world(10_000);
  for (let seq = 0; seq < 2000; seq++) find(tokenOf(seq));
  assert.ok(asked.count < 2000 * 2.3, `${asked.count} hashes for 2,000 good tokens`);
  asked.count = 0;
  for (let seq = 10_000; seq < 12_000; seq++) find(tokenOf(seq));
  assert.ok(asked.count > 2000 * 1.7 && asked.count < 2000 * 2.3, `${asked.count} for as many forged ones`);
});

test("an entry takes 2.25 bytes, and at most 4 at any allotment", () => {
  assert.equal(indexBytes(10_000), 22_500);
  for (const allotment of [8, 65_535, 65_536, INDEX_ALLOTMENT_MAX])
    assert.ok(indexBytes(allotment) <= 4 * allotment, `${indexBytes(allotment)} bytes for ${allotment}`);
});

test("the default bound holds both tiers of 1,024 miners in two epochs, and has an end", async () => {
  const { index_bytes } = defaultConfig().challenge;
  assert.ok(index_bytes <= 100_000_000);
  const cache = new IndexCache({ bytes: index_bytes, builds: 1 }, noMetrics);
  const table = new Uint8Array(indexBytes(10_000));
  const obtain = (key: number) => cache.obtain({ key: `${key}`, share: "known", build: async () => table });
  for (let key = 0; key < 4096; key++) await obtain(key);
  assert.equal(cache.stats().maps, 4096);
  assert.equal(cache.stats().dropped, 0);
  for (let key = 4096; key < 6000; key++) await obtain(key);
  const { maps, bytes, dropped } = cache.stats();
  assert.ok(bytes <= index_bytes, `${bytes} bytes`);
  assert.equal(maps + dropped, 6000);
});

test("allotments of none and of too many have no table", () => {
  for (const allotment of [0, -1, 1.5, INDEX_ALLOTMENT_MAX + 1])
    assert.throws(() => buildIndex(place(allotment)), RangeError);
});
