import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonShape, maxDepth, readJson } from "../../../../src/http/wire/input.ts";
import { problemOf } from "../../../support/thrown.ts";

const bytes = (text: string) => Buffer.from(text);

test("jsonShape counts nesting and the outermost members, outside texts alone", () => {
  const cases: [string, number, number][] = [
    ["", 0, 0],
    ["1", 0, 0],
    ["{}", 1, 0],
    ['{"a":1,"b":{"c":[2]}}', 3, 2],
    ["[[],[[]]]", 3, 0],
    ['"[[["', 0, 0],
    ['{"a":"}{:[","b":1}', 1, 2],
    ['{"a\\"[":"\\\\"}', 1, 1],
    ['{"a":"\\\\\\"[[[["}', 1, 1],
    ['{"a:b":1}', 1, 1],
    ['"never ends [[[', 0, 0],
    ["]]]]{", 0, 0],
  ];
  for (const [text, depth, members] of cases)
    assert.deepEqual(jsonShape(bytes(text)), { depth, members }, text);
});

test("jsonShape stops one level past the limit", () => {
  assert.equal(jsonShape(bytes("[".repeat(maxDepth))).depth, maxDepth);
  assert.equal(jsonShape(bytes("[".repeat(50_000))).depth, maxDepth + 1);
});

test("a long run of escapes is read in time that grows with its length", () => {
  const text = `{"a":"${"\\\\".repeat(30_000)}${'\\"'.repeat(1000)}"}`;
  assert.deepEqual(jsonShape(bytes(text)), { depth: 1, members: 1 });
});

test("readJson returns the value, and refuses what parsers read differently", async () => {
  assert.deepEqual(readJson(bytes(' {"a": [1, "é", null]} ')), { a: [1, "é", null] });
  assert.equal(readJson(bytes("7")), 7);
  assert.deepEqual(
    readJson(bytes('{"a":{"b":1,"b":2}}')),
    { a: { b: 2 } },
    "inner values are the schema's to refuse",
  );
  for (const text of [
    '{"a":1,"a":1}',
    '{"__proto__":1}',
    '{"a":"\\udc00"}',
    '{"\\ud800":1}',
    "",
    " ",
    "{",
    "nul",
  ])
    assert.deepEqual(await problemOf(() => readJson(bytes(text))), { code: "malformed_json" }, text);
});
