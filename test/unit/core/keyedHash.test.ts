import assert from "node:assert/strict";
import { createHmac, createSecretKey } from "node:crypto";
import { test } from "node:test";
import { lengthPrefixed, u32 } from "../../../src/core/bytes.ts";
import { KeyedHash } from "../../../src/core/keyedHash.ts";

const secret = Buffer.from("a key of thirty-two bytes, or so");
const hmacHex = (...parts: Buffer[]): string =>
  createHmac("sha256", secret).update(Buffer.concat(parts)).digest("hex");

test("a keyed hash is the HMAC-SHA256 of what was added, message after message of any length", () => {
  const keyed = new KeyedHash(createSecretKey(secret));
  const texts = ["", "a", "ü€😀", "x".repeat(300), "short again", "€".repeat(21_845)];
  for (const text of texts) {
    assert.equal(keyed.begin().text(text).u32(7).hex(), hmacHex(lengthPrefixed(text), u32(7)));
    assert.equal(keyed.begin().hex(), hmacHex());
    const out = Buffer.alloc(32);
    keyed.begin().bytes(Buffer.from("0123456789"), 8).into(out);
    assert.equal(out.toString("hex"), hmacHex(Buffer.from("01234567")));
  }
});

test("a key of one block, and one past it, make the HMAC of node:crypto", () => {
  for (const bytes of [1, 64, 65, 200]) {
    const key = Buffer.alloc(bytes, 7);
    const expected = createHmac("sha256", key).update("id:ü:1").digest("hex");
    assert.equal(new KeyedHash(createSecretKey(key)).begin().raw("id:ü:1").hex(), expected);
  }
});

test("a text over 65,535 bytes is refused", () => {
  const keyed = new KeyedHash(createSecretKey(secret));
  assert.equal(keyed.begin().text("x".repeat(65_535)).hex(), hmacHex(lengthPrefixed("x".repeat(65_535))));
  assert.throws(() => keyed.begin().text("x".repeat(65_536)), RangeError);
});
