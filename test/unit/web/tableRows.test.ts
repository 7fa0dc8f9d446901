import assert from "node:assert/strict";
import { test } from "node:test";
import { type ColumnFacts, sortOf, sortText, tableStateOf, tableView } from "../../../web/read/tableRows.ts";

interface Row {
  readonly name: string;
  readonly weight: number | null;
  readonly standing: string;
}

const rows: Row[] = [
  { name: "a2", weight: 3, standing: "active" },
  { name: "a10", weight: null, standing: "suspended" },
  { name: "A1", weight: 7, standing: "active" },
];
const columns: readonly ColumnFacts<Row>[] = [
  { key: "name", value: ({ name }) => name },
  { key: "weight", value: ({ weight }) => weight },
  { key: "standing", value: ({ standing }) => standing, choices: ["active", "suspended"] },
];

const namesBy = (query: Record<string, string>, sort?: string, pageSize = 50): string[] =>
  tableView(rows, columns, tableStateOf("", query, columns, sort), pageSize).rows.map(({ name }) => name);

test("the address sorts, and numbers in names count as numbers", () => {
  assert.deepEqual(namesBy({ sort: "name" }), ["A1", "a2", "a10"]);
  assert.deepEqual(namesBy({ sort: "-name" }), ["a10", "a2", "A1"]);
});

test("what has no value comes last, whichever way is sorted", () => {
  assert.deepEqual(namesBy({ sort: "weight" }), ["a2", "A1", "a10"]);
  assert.deepEqual(namesBy({ sort: "-weight" }), ["A1", "a2", "a10"]);
});

test("without a sort in the address the table's own holds; one of no column is none", () => {
  assert.deepEqual(namesBy({}, "-weight"), ["A1", "a2", "a10"]);
  assert.deepEqual(namesBy({ sort: "nonsense" }), ["a2", "a10", "A1"]);
});

test("a filter of a column takes whole values, the search any part of any", () => {
  assert.deepEqual(namesBy({ standing: "active" }), ["a2", "A1"]);
  assert.deepEqual(namesBy({ standing: "act" }), []);
  assert.deepEqual(namesBy({ q: " SUSP " }), ["a10"]);
  assert.deepEqual(namesBy({ q: "1", standing: "active" }), ["A1"]);
});

test("a page past the end is the last one, and nonsense is the first", () => {
  const view = (page: string) => tableView(rows, columns, tableStateOf("", { page }, columns, undefined), 2);
  assert.deepEqual([view("2").rows.length, view("2").pages, view("2").matching], [1, 2, 3]);
  assert.deepEqual([view("3").page, view("-1").page, view("x").page, view("1.5").page], [2, 1, 1, 1]);
  assert.equal(tableView([], columns, tableStateOf("", { page: "9" }, columns, undefined), 2).page, 1);
});

test("tables of one page have parameters of their own", () => {
  const state = tableStateOf("left", { "left.q": "a", q: "b", "left.page": "2" }, columns, undefined);
  assert.deepEqual([state.search, state.page], ["a", 2]);
});

test("a sort is written as it is read", () => {
  for (const text of ["name", "-name"]) {
    const sort = sortOf(text) ?? assert.fail(text);
    assert.equal(sortText(sort), text);
  }
  assert.deepEqual(["", "-", undefined].map(sortOf), [null, null, null]);
});
