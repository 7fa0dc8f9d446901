import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import { decodeBase64 } from "../../../src/http/routes/submissions.ts";
import { jsonShape, maxDepth, readJson } from "../../../src/http/wire/input.ts";

const depthOf = (value: unknown): number =>
  typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

test("of any JSON text, jsonShape counts what the parsed value has", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.integer({ min: 0, max: 3 }), (value, indent) => {
      const { depth, members } = jsonShape(Buffer.from(JSON.stringify(value, null, indent)));
      assert.equal(depth, depthOf(value));
      if (typeof value === "object" && value !== null && !Array.isArray(value))
        assert.equal(members, Object.keys(value).length);
    }),
  );
});

test("any bytes are read as JSON.parse reads them, or refused with a problem", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
    fc.json().map((text) => Buffer.from(text)),
    fc.string({ unit: fc.constantFrom(...'{}[]",:\\1a ') }).map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(bytes, (body) => {
      try {
        assert.ok(isDeepStrictEqual(readJson(body), JSON.parse(body.toString())));
      } catch (error) {
        assert.ok(error instanceof AssayError, `${error}`);
        assert.ok(
          error.code === "malformed_json" ||
            error.code === "json_too_deep" ||
            error.code === "too_many_members",
        );
      }
    }),
    { numRuns: 500 },
  );
});

test("nesting is refused exactly past the limit", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.infiniteStream(fc.boolean()), (levels, kinds) => {
      const opened = [...kinds.take(levels)];
      const text =
        opened.map((array) => (array ? "[" : '{"a":')).join("") +
        "1" +
        opened
          .reverse()
          .map((array) => (array ? "]" : "}"))
          .join("");
      const read = () => readJson(Buffer.from(text));
      if (levels <= maxDepth) assert.doesNotThrow(read);
      else assert.throws(read, { code: "json_too_deep" });
    }),
  );
});

test("base64 decodes to its bytes, padded or not, and no text decodes that does not encode back", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (array) => {
      const text = Buffer.from(array).toString("base64");
      assert.deepEqual(new Uint8Array(decodeBase64(text) ?? []), array);
      assert.deepEqual(new Uint8Array(decodeBase64(text.replaceAll("=", "")) ?? []), array);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."AQgw+/=-_ \n") }), (text) => {
      const bytes = decodeBase64(text);
      if (bytes !== null)
        assert.equal(bytes.toString("base64").replaceAll("=", ""), text.replaceAll("=", ""));
    }),
  );
});
