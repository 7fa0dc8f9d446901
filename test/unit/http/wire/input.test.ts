import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonShape, maxDepth, maxMembers, queryOf, readJson } from "../../../../src/http/wire/input.ts";
import { problemOf } from "../../../support/thrown.ts";

const bytes = (text: string) => Buffer.from(text);

test("jsonShape counts nesting and the outermost members, outside texts alone", () => {
  const cases: [string, number, number, number][] = [
    ["", 0, 0, 0],
    ["1", 0, 0, 0],
    ["{}", 1, 0, 0],
    ['{"a":1,"b":{"c":[2]}}', 3, 2, 3],
    ['[[],[[{"a":1}]]]', 4, 0, 1],
    ['"[[["', 0, 0, 0],
    ['{"a":"}{:[","b":1}', 1, 2, 2],
    ['{"a\\"[":"\\\\"}', 1, 1, 1],
    ['{"a":"\\\\\\"[[[["}', 1, 1, 1],
    ['{"a:b":1}', 1, 1, 1],
    ['"never ends [[[', 0, 0, 0],
    ["]]]]{", 0, 0, 0],
  ];
  for (const [text, depth, members, allMembers] of cases)
    assert.deepEqual(jsonShape(bytes(text)), { depth, members, allMembers }, text);
});

test("jsonShape stops one level past the limit", () => {
  assert.equal(jsonShape(bytes("[".repeat(maxDepth))).depth, maxDepth);
  assert.equal(jsonShape(bytes("[".repeat(50_000))).depth, maxDepth + 1);
});

test("a long run of escapes is read in time that grows with its length", () => {
  const text = `{"a":"${"\\\\".repeat(30_000)}${'\\"'.repeat(1000)}"}`;
  assert.deepEqual(jsonShape(bytes(text)), { depth: 1, members: 1, allMembers: 1 });
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

const object = (members: number, value: string) =>
  `{${Array.from({ length: members }, (_, n) => `"m${n}":${value}`).join(",")}}`;

test("members are counted before anything is parsed: 32 in the outermost object, 1,024 altogether", () => {
  const { outermost, altogether } = maxMembers;
  assert.deepEqual([outermost, altogether], [32, 1024]);
  assert.doesNotThrow(() => readJson(bytes(object(outermost, "1"))));
  assert.throws(() => readJson(bytes(object(outermost + 1, "1"))), {
    problem: { code: "too_many_members", limit: 32 },
  });
  const nested = (inner: number) => bytes(`{"a":${object(inner, "1")}}`);
  assert.doesNotThrow(() => readJson(nested(altogether - 1)));
  assert.throws(() => readJson(nested(altogether)), { problem: { code: "too_many_members", limit: 1024 } });
  const unfinished = bytes(object(6400, "1").slice(0, -1));
  assert.throws(
    () => readJson(unfinished),
    { code: "too_many_members" },
    "before it is found not to be JSON",
  );
  assert.doesNotThrow(
    () => readJson(bytes(`{"a":"${":".repeat(2000)}"}`)),
    "colons inside texts count nothing",
  );
});

test("a query is read up to a bound that no route needs", () => {
  assert.deepEqual({ ...queryOf("a=1&b=%20+&b=2&c") }, { a: "1", b: ["  ", "2"], c: "" });
  const many = Array.from({ length: 5000 }, (_, n) => `p${n}=1`).join("&");
  assert.equal(Object.keys(queryOf(many)).length, 32);
});
