import assert from "node:assert/strict";
import { test } from "node:test";
import { changedQuery, linkTo, placeOf } from "../../../web/read/place.ts";

test("a link leads to the place that it was made of", () => {
  const hash = linkTo(["miner", "5F/ü?#"], { sort: "-weight", q: "a b&c", page: 2 });
  assert.deepEqual(placeOf(hash), {
    path: "miner",
    rest: ["5F/ü?#"],
    query: { sort: "-weight", q: "a b&c", page: "2" },
  });
});

test("an empty address, a bare mark and a slash are the overview", () => {
  for (const hash of ["", "#", "#/"]) assert.deepEqual(placeOf(hash), { path: "", rest: [], query: {} });
  assert.equal(linkTo(""), "#/");
});

test("text that is no valid encoding stands as it is", () => {
  assert.deepEqual(placeOf("#/miner/%E0%A4%A").rest, ["%E0%A4%A"]);
});

test("null and empty values leave the query", () => {
  assert.deepEqual(changedQuery({ a: "1", b: "2", c: "3" }, { a: null, b: "", d: 0 }), { c: "3", d: "0" });
});
