import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { HISTORY_KEPT, HISTORY_SERIES_MAX } from "../../../../src/flow/history.ts";
import { MetricRegistry } from "../../../../src/observe/metrics.ts";
import { Tally } from "../../../../src/observe/tally.ts";
import { keptCounts, keptSeriesMost, shownSeries } from "../../../../src/validator/history/kept.ts";

const src = resolve(import.meta.dirname, "../../../../src");

function texts(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? texts(path) : [readFileSync(path, "utf8")];
  });
}

test("every kept counter is one that the program counts", () => {
  const all = texts(src).join("\n");
  for (const { metric } of keptCounts) assert.match(all, new RegExp(`\\.counter\\(\\s*"${metric}"`), metric);
});

test("all series of the table fit into one batch, so that the rows have a bound", () => {
  assert.ok(keptSeriesMost <= HISTORY_SERIES_MAX, `${keptSeriesMost} series`);
  const rows = Object.values(HISTORY_KEPT).reduce((sum, kept) => sum + kept, 0) * HISTORY_SERIES_MAX;
  assert.ok(rows * 500 < 200_000_000, `${rows} rows`);
});

test("nothing that is kept counts checks or draws", () => {
  const private_ = /verif|draw|sample|proof|canar|pool|check/;
  for (const { metric, series } of keptCounts) {
    assert.doesNotMatch(metric, private_);
    assert.doesNotMatch(series, private_);
  }
});

test("counts reach the tally under their series, unknown words of a label as other", () => {
  const tally = new Tally(keptCounts);
  const metrics = new MetricRegistry(tally);
  const admitted = metrics.counter("assay_admit_submissions_total", "x", ["lane", "kind"]);
  const refused = metrics.counter("assay_submissions_refused_total", "x", ["code"]);
  const private_ = metrics.counter("assay_verified_total", "x", ["lane", "outcome"]);
  admitted.add({ lane: "sat", kind: "admitted" }, 3);
  admitted.add({ lane: "sat", kind: "replay" });
  refused.add({ code: "busy" });
  refused.add({ code: "busy" });
  for (let i = 0; i < 1000; i++) refused.add({ code: `made_up_${i}` });
  private_.add({ lane: "sat", outcome: "valid" });
  const sums = {
    submissions_admitted: 3,
    submissions_repeated: 1,
    "submissions_refused:busy": 2,
    "submissions_refused:other": 1000,
  };
  assert.deepEqual(Object.fromEntries(tally.peek()), sums);
  assert.deepEqual(Object.fromEntries(tally.take()), sums);
  assert.equal(tally.take().size, 0);
});

test("a series is shown by its name and its label", () => {
  assert.deepEqual(shownSeries("submissions_refused:busy"), {
    name: "submissions_refused",
    labels: { code: "busy" },
  });
  assert.deepEqual(shownSeries("strikes"), { name: "strikes", labels: {} });
});
