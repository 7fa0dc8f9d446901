import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseState, parseStates, stateText } from "../../../../src/dispatch/records/savedState.ts";

const text = (caps: unknown, kinds: unknown = {}): string => JSON.stringify({ version: 1, caps, kinds });
const nothing = { caps: new Map(), kinds: new Map() };

test("what was saved comes back, caps clamped to 32 and times to tenths", () => {
  const caps = new Map([
    ["small", 7],
    ["deep", 500],
  ]);
  const kinds = new Map([["kind", [12.345, 0, 180_000]]]);
  const state = parseState(stateText({ caps, kinds }));
  assert.deepEqual(state.caps, new Map([...caps, ["deep", 32]]));
  assert.deepEqual(state.kinds, new Map([["kind", [12.3, 0, 180_000]]]));
});

test("garbage, other versions and nothing are an empty state", () => {
  const texts = [
    null,
    "",
    "{",
    "null",
    "7",
    '"text"',
    "[]",
    "[1]",
    '{"version":2,"caps":{"a":1}}',
    '{"caps":{"a":1}}',
  ];
  for (const garbage of [
    ...texts,
    text([1, 2], [3]),
    text(7, "x"),
    "[".repeat(100_000),
    " ".repeat(2 ** 24 + 1),
  ]) {
    assert.deepEqual(parseState(garbage), nothing);
  }
});

test("caps are 1 to 32, whole, and what is no number is left out", () => {
  const raw = `{"version":1,"caps":{"one":1,"most":32,"over":33,"huge":1e999,"part":2.9,
    "zero":0,"less":-4,"tiny":0.99,"text":"5","null":null,"list":[5],"":5,"${"n".repeat(257)}":5}}`;
  assert.deepEqual(
    [...parseState(raw).caps],
    [
      ["one", 1],
      ["most", 32],
      ["over", 32],
      ["huge", 32],
      ["part", 2],
    ],
  );
});

test("times that are none are left out, and kinds without any", () => {
  const raw =
    '{"version":1,"kinds":{"some":[5,-1,1e999,"7",null,[8],0,86400001],"none":[-1],"empty":[],"text":"x"}}';
  assert.deepEqual(parseState(raw).kinds, new Map([["some", [5, 0]]]));
});

test("a flood of entries is bounded, the last ones kept, both ways", () => {
  const flood = (prefix: string, value: unknown): Record<string, unknown> =>
    Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`${prefix}${i}`, value]));
  const caps = parseState(text(flood("h", 5))).caps;
  assert.deepEqual(
    [caps.size, caps.has("h99999"), caps.has("h91808"), caps.has("h91807")],
    [8192, true, true, false],
  );
  const { kinds } = parseState(text({}, flood("k", [1])));
  assert.deepEqual([kinds.size, kinds.has("k99999")], [1024, true]);
  const many = Array.from({ length: 300 }, (_, i) => i);
  assert.deepEqual(parseState(text({}, { kind: many })).kinds.get("kind"), many.slice(44));
  const written = parseState(
    stateText({ caps: new Map([...Array(9000).keys()].map((i) => [`h${i}`, 2])), kinds }),
  );
  assert.deepEqual(
    [written.caps.size, written.caps.has("h8999"), written.caps.has("h0")],
    [8192, true, false],
  );
});

test("names like those of objects are names", () => {
  const caps = parseState('{"version":1,"caps":{"__proto__":9,"constructor":3}}').caps;
  assert.deepEqual([caps.get("__proto__"), caps.get("constructor")], [9, 3]);
  assert.deepEqual(parseState(stateText({ caps, kinds: new Map() })).caps, caps);
});

test("any text gives a state within the bounds", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.jsonValue().map((value) => text(value, value)),
      ),
      (any) => {
        const { caps, kinds } = parseState(any);
        for (const cap of caps.values()) assert.ok(Number.isInteger(cap) && cap >= 1 && cap <= 32);
        for (const times of kinds.values()) assert.ok(times.length > 0 && times.every((ms) => ms >= 0));
      },
    ),
  );
});

test("of what several processes saved, the last word counts, whatever the order, and garbage for nothing", () => {
  const old = stateText(
    {
      caps: new Map([
        ["a", 3],
        ["b", 4],
      ]),
      kinds: new Map([["k", [1]]]),
    },
    1000,
  );
  const young = stateText({ caps: new Map([["a", 7]]), kinds: new Map([["k", [2]]]) }, 2000);
  const undated = stateText({
    caps: new Map([
      ["a", 9],
      ["c", 5],
    ]),
    kinds: new Map(),
  });
  for (const texts of [
    [old, young, undated, null, "{"],
    ["{", undated, young, null, old],
  ]) {
    const { caps, kinds } = parseStates(texts);
    assert.deepEqual(
      new Map([...caps].sort()),
      new Map([
        ["a", 7],
        ["b", 4],
        ["c", 5],
      ]),
    );
    assert.deepEqual(kinds, new Map([["k", [2]]]));
  }
});

test("what several processes saved is bounded as what one did, the last saved kept", () => {
  const many = (prefix: string) =>
    new Map(Array.from({ length: 8000 }, (_, i) => [`${prefix}${i}`, 2] as const));
  const texts = [
    stateText({ caps: many("new"), kinds: new Map() }, 2),
    stateText({ caps: many("old"), kinds: new Map() }, 1),
  ];
  const { caps } = parseStates(texts);
  assert.deepEqual(
    [caps.size, caps.has("new0"), caps.has("old0"), caps.has("old7999")],
    [8192, true, false, true],
  );
});
