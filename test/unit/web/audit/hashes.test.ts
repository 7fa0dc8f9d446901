import assert from "node:assert/strict";
import { createHash, createSecretKey } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { nodeHashes } from "../../../../src/audit/nodeHashes.ts";
import { drawX64 } from "../../../../src/sample/draw.ts";
import { base64urlOf, bytesOfBase64url } from "../../../../web/audit/base64url.ts";
import { drawnWith } from "../../../../web/audit/drawnX.ts";
import { pageHashes } from "../../../../web/audit/hashes.ts";
import { sha256Hex } from "../../../../web/audit/sha256.ts";

// The page's own SHA-256 and what is made of it, against Node's.

const bytesOf = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 255);
const byNode = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe("SHA-256 of the page", () => {
  it("is that of FIPS 180-4's examples", () => {
    const text = (value: string) => sha256Hex(Buffer.from(value));
    assert.equal(text("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert.equal(text(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });

  it("is Node's at every length around the ends of blocks, and for long messages", () => {
    for (let length = 0; length <= 200; length++)
      assert.equal(sha256Hex(bytesOf(length)), byNode(bytesOf(length)));
    for (const length of [65_535, 65_536, 1_000_001])
      assert.equal(sha256Hex(bytesOf(length)), byNode(bytesOf(length)));
  });

  it("is Node's for views into larger buffers, and for several parts", () => {
    const view = bytesOf(300).subarray(13, 201);
    assert.equal(pageHashes.sha256Hex(view), nodeHashes.sha256Hex(view));
    assert.equal(
      pageHashes.sha256Hex("a\u00e9\u{1f600}", view, ""),
      nodeHashes.sha256Hex("a\u00e9\u{1f600}", view, ""),
    );
    assert.equal(pageHashes.sha256Hex("one"), nodeHashes.sha256Hex("one"));
  });
});

describe("draws of the page", () => {
  it("are the sampler's, for any texts", () => {
    const key = bytesOf(32);
    const [page, secret] = [drawnWith(key), createSecretKey(key)];
    const text = fc.string({
      unit: fc.constantFrom("a", "5", "_", "é", "中", "\u{1f600}", "\ud800"),
      maxLength: 90,
    });
    fc.assert(
      fc.property(text, text, text, (lane, hotkey, id) => {
        assert.equal(page(lane, hotkey, id), drawX64(secret, lane, hotkey, id));
      }),
    );
  });

  it("take keys of one block at most, and texts of 65,535 bytes at most", () => {
    const long = "x".repeat(65_535);
    for (const length of [1, 63, 64])
      assert.equal(
        drawnWith(bytesOf(length))("l", long, "w"),
        nodeHashes.drawn(bytesOf(length))("l", long, "w"),
      );
    assert.throws(() => drawnWith(bytesOf(65)), RangeError);
    assert.throws(() => drawnWith(bytesOf(32))("l", `${long}x`, "w"), RangeError);
  });
});

it("Latin-1 of the page has a character of the same number for every byte", () => {
  const all = Uint8Array.from({ length: 20_000 }, (_, i) => i & 255);
  assert.equal(pageHashes.latin1(all), nodeHashes.latin1(all));
  const mark = Uint8Array.of(0xef, 0xbb, 0xbf, 65);
  assert.equal(pageHashes.latin1(mark), nodeHashes.latin1(mark));
  assert.equal(pageHashes.latin1(bytesOf(0)), "");
});

describe("base64url of the page", () => {
  it("is Node's", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = Buffer.from(bytes).toString("base64url");
        assert.equal(base64urlOf(bytes), text);
        assert.deepEqual(Buffer.from(bytesOfBase64url(text) ?? [0]), Buffer.from(bytes));
      }),
    );
  });

  it("has one spelling", () => {
    for (const text of ["YQ=", "YQ==", "YR", "Y", "Y Q", "Y+8", "Y/8", "YQ\n", "\u00c1A"])
      assert.equal(bytesOfBase64url(text), null, JSON.stringify(text));
    assert.deepEqual([...(bytesOfBase64url("Y-8") ?? [])], [0x63, 0xef]);
  });
});
