import assert from "node:assert/strict";
import { test } from "node:test";
import { checkMetric, MetricRegistry } from "../../../src/observe/metrics.ts";

test("a name wants the prefix, lower-case words and a unit; counters alone end in _total", () => {
  for (const name of [
    "assay_a_seconds",
    "assay_a_bytes",
    "assay_a_count",
    "assay_a_ratio",
    "assay_a_blocks",
    "assay_a_info",
  ])
    assert.doesNotThrow(() => checkMetric(name, false, []), name);
  assert.doesNotThrow(() => checkMetric("assay_a_b2_total", true, ["lane", "code"]));
  const refused: [string, boolean][] = [
    ["a_total", true],
    ["assay_total2", true],
    ["assay_Things_total", true],
    ["assay__things_total", true],
    ["assay_things", false],
    ["assay_things", true],
    ["assay_things_ms", false],
    ["assay_things_total", false],
    ["assay_things_count", true],
    ["xassay_things_total", true],
    ["assay_things_total\n", true],
  ];
  for (const [name, isCounter] of refused)
    assert.throws(() => checkMetric(name, isCounter, []), RangeError, name);
});

test("labels whose values nothing bounds are refused, on every kind", () => {
  const registry = new MetricRegistry();
  for (const label of ["hotkey", "uid", "ip", "challenge_id", "receipt_id", "miner"]) {
    assert.throws(() => registry.counter("assay_x_total", "x", ["lane", label]), RangeError);
    assert.throws(() => registry.gauge("assay_x_count", "x", [label]), RangeError);
    assert.throws(() => registry.histogram("assay_x_seconds", "x", [label]), RangeError);
  }
});

test("what was counted, set and observed is exposed, beside the process's own", async () => {
  const registry = new MetricRegistry();
  const counter = registry.counter("assay_things_total", "Things", ["kind"]);
  counter.add({ kind: "a" });
  counter.add({ kind: "a" }, 2);
  counter.add({ kind: "b" });
  registry.counter("assay_plain_total", "Plain").add();
  const gauge = registry.gauge("assay_load_ratio", "Load", ["pool"]);
  gauge.set(0.5, { pool: "x" });
  gauge.set(0.25, { pool: "x" });
  const histogram = registry.histogram("assay_wait_seconds", "Wait", [], [0.1, 1]);
  histogram.observe(0.1);
  histogram.observe(0.5);
  histogram.observe(5);
  const { contentType, body } = await registry.expose();
  assert.match(contentType, /^text\/plain; version=/);
  for (const line of [
    "# HELP assay_things_total Things",
    "# TYPE assay_things_total counter",
    'assay_things_total{kind="a"} 3',
    'assay_things_total{kind="b"} 1',
    "assay_plain_total 1",
    'assay_load_ratio{pool="x"} 0.25',
    'assay_wait_seconds_bucket{le="0.1"} 1',
    'assay_wait_seconds_bucket{le="1"} 2',
    'assay_wait_seconds_bucket{le="+Inf"} 3',
    "assay_wait_seconds_count 3",
  ])
    assert.ok(body.split("\n").includes(line), line);
  assert.match(body, /^process_cpu_seconds_total /m);
  assert.match(body, /^nodejs_eventloop_lag_seconds /m);
});

test("a name is registered once in a registry, and registries share nothing", async () => {
  const registry = new MetricRegistry();
  registry.counter("assay_things_total", "Things").add();
  assert.throws(() => registry.counter("assay_things_total", "Things"));
  const other = new MetricRegistry();
  other.counter("assay_things_total", "Things");
  assert.match((await other.expose()).body, /^assay_things_total 0$/m);
});
