import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { idempotencyKey } from "../../../src/admit/record.ts";

const hash = Buffer.alloc(32, 5);

describe("idempotencyKey", () => {
  it("hashes each part behind its length", () => {
    const bytes = Buffer.concat([Buffer.from("\0\x03sat\0\x02hk\0\x02id\0\x20"), hash]);
    const expected = createHash("sha256").update(bytes).digest("hex");
    assert.equal(idempotencyKey("sat", "hk", "id", hash), expected);
  });

  it("tells every part apart, and where one ends", () => {
    const keys = [
      idempotencyKey("sat", "hk", "id", hash),
      idempotencyKey("sa", "thk", "id", hash),
      idempotencyKey("sat", "hki", "d", hash),
      idempotencyKey("sat", "hk2", "id", hash),
      idempotencyKey("sat", "hk", "id2", hash),
      idempotencyKey("sat", "hk", "id", Buffer.alloc(32, 6)),
    ];
    assert.equal(new Set(keys).size, keys.length);
  });

  it("refuses what is not a SHA-256", () => {
    for (const length of [31, 33]) {
      assert.throws(() => idempotencyKey("sat", "hk", "id", Buffer.alloc(length)), RangeError);
    }
  });
});
