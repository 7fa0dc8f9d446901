import assert from "node:assert/strict";
import { test } from "node:test";
import {
  decodeBitset,
  encodeBitset,
  parseSolution,
  type Read,
  renderSolution,
} from "../../../../src/lanes/sat/solution.ts";
import { parseInteger } from "../../../../src/lanes/sat/text.ts";

const good = [1, 0, 1];
const codeOf = ({ fault }: Read) => fault?.code ?? null;
const judged = (text: string) => {
  const result = parseSolution(text, 3);
  return codeOf(result) ?? [...(result.values ?? [])];
};

const cases: readonly (readonly [string, string, string | number[]])[] = [
  ["what the renderer makes", renderSolution(Uint8Array.from(good)), good],
  ["no text", "", "answer_missing_dimacs_solution"],
  ["only whitespace, also of other scripts", " \t\u2003\u3000\u0085\x1f\n", "answer_missing_dimacs_solution"],
  ["only a byte order mark", "\ufeff", "answer_missing_dimacs_solution"],
  ["a byte order mark before an answer", "\ufeffs SATISFIABLE\r\nv 1 -2 3 0\r\n", good],
  ["a byte order mark on a later line is no mark", "s SATISFIABLE\n\ufeffv 1 -2 3 0", [2, 2, 2]],
  ["integers before the status", "v x 99 1 -1\n", "solution_non_integer_literal"],
  ["integers before unsatisfiable", "s UNSATISFIABLE\nv x\n", "solution_non_integer_literal"],
  ["the status before ranges and contradictions", "v 99 1 -1\n", "solution_missing_status"],
  ["a solver's own report", "s SATISFIABLE\nv 1 -2 3 0\nsys 0m0.0s\nversion 3\nseconds 1\n", good],
  ["only a solver's own report", "sys 0m0.0s\nv 1 -2 3 0\n", "solution_missing_status"],
  ["a word that begins with v is no list of literals", "s SATISFIABLE\nvars 3\nv1 -2\nv +3", good],
  ["any line that begins with s and says satisfiable", "solved: satisfiable\nv 1 -2 3 0", good],
  ["an empty status", "s\nv 1 -2 3 0", "solution_unknown_status"],
  [
    "the last status wins, for worse",
    "s SATISFIABLE\ns UNSATISFIABLE\nv 1 -2 3 0",
    "solution_status_unsatisfiable",
  ],
  ["the status may follow the literals", "v 1 -2 3 0\ns SATISFIABLE", good],
  ["mixed case", "s SatisFiable\nv 1 -2 3 0", good],
  ["indented lines", "  s SATISFIABLE\n\tv 1 -2 3 0", good],
  ["no space after the keyword", "sSATISFIABLE\nv1 -2 3 0", good],
  ["carriage returns alone end lines", "s SATISFIABLE\rv 1 -2\rv 3 0", good],
  ["unicode line ends and spaces", "s SATISFIABLE\u2028v\u00a01\u2003-2\u30003", good],
  ["upper-case keywords are no keywords", "S SATISFIABLE\nV 1 -2 3 0", "solution_missing_status"],
  ["other lines are skipped", "s SATISFIABLE\nhello\nc v 9\nv 1 -2 3 0", good],
  ["zeros anywhere", "s SATISFIABLE\nv 0 1 00 -2 -0 3 +0 0", good],
  ["equal literals repeated", "s SATISFIABLE\nv 1 1 -2 -2 3", good],
  ["digits of other scripts", "s SATISFIABLE\nv \u0661 -\uff12 \u{1d7db} 0", good],
  ["an integer fault before a later range fault", "s SATISFIABLE\nv x 4", "solution_non_integer_literal"],
  ["an integer fault before an earlier range fault", "s SATISFIABLE\nv 4 x", "solution_non_integer_literal"],
  ["one past the last variable", "s SATISFIABLE\nv 1 -2 3 4 0", "solution_variable_out_of_range"],
  ["one past it, negated", "s SATISFIABLE\nv 1 -2 3 -4 0", "solution_variable_out_of_range"],
  ["beyond every integer type", `s SATISFIABLE\nv ${"9".repeat(400)} 0`, "solution_variable_out_of_range"],
  ["2^32 + 1 is not variable 1", "s SATISFIABLE\nv 4294967297 -2 3", "solution_variable_out_of_range"],
  ["contradiction before incompleteness", "s SATISFIABLE\nv 1 -1", "solution_contradictory_assignment"],
  ["one variable missing", "s SATISFIABLE\nv 1 -2 0", [1, 0, 2]],
  ["only zeros", "s SATISFIABLE\nv 0 0", [2, 2, 2]],
];
for (const [name, text, expected] of cases) {
  test(`solution text: ${name}`, () => assert.deepEqual(judged(text), expected));
}

test("integers are what Python takes for integers", () => {
  const values: readonly (readonly [string, number | null])[] = [
    ["+5", 5],
    ["-5", -5],
    ["1_0", 10],
    ["007", 7],
    ["123456789012", 123456789012],
    [`${"0".repeat(4299)}1`, 1],
    [`${"0".repeat(4300)}1`, null],
    ["9".repeat(4300), 1e15],
    [`-${"9".repeat(4300)}`, -1e15],
    ["_1", null],
    ["1_", null],
    ["1__0", null],
    ["+-1", null],
    ["--1", null],
    ["\u22121", null],
    ["1.0", null],
    ["1e0", null],
    ["0x1", null],
    ["\u00b2", null],
    ["", null],
    ["+", null],
  ];
  for (const [word, value] of values) assert.equal(parseInteger(word), value, word.slice(0, 20));
});

test("a megabyte of repeated literals is read like any other text", () => {
  assert.deepEqual(judged(`s SATISFIABLE\nv ${"1 -2 3 ".repeat(150_000)}0\n`), good);
});

test("bit i - 1, least significant first, is variable i", () => {
  const model = Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  assert.deepEqual(encodeBitset(model), Uint8Array.from([0b1, 0b10]));
  assert.deepEqual(decodeBitset(Uint8Array.from([0b1, 0b10]), 10), { fault: null, values: model });
});

test("a bitset has exactly the bytes of its variables", () => {
  for (const length of [0, 1, 3])
    assert.equal(codeOf(decodeBitset(new Uint8Array(length), 10)), "assignment_wrong_length");
  assert.deepEqual(decodeBitset(new Uint8Array(1), 8), { fault: null, values: new Uint8Array(8) });
  assert.equal(codeOf(decodeBitset(new Uint8Array(2), 8)), "assignment_wrong_length");
});

test("spare bits must be zero, every one of them", () => {
  for (let bit = 2; bit < 8; bit++)
    assert.equal(codeOf(decodeBitset(Uint8Array.from([0, 1 << bit]), 10)), "assignment_spare_bits");
  assert.deepEqual(decodeBitset(Uint8Array.from([255, 0b11]), 10), {
    fault: null,
    values: new Uint8Array(10).fill(1),
  });
  assert.deepEqual(decodeBitset(Uint8Array.from([255]), 8), {
    fault: null,
    values: new Uint8Array(8).fill(1),
  });
});
