import assert from "node:assert/strict";
import { test } from "node:test";
import { checkMetric, type MetricType } from "../../../src/observe/metricNames.ts";
import { MetricRegistry } from "../../../src/observe/metrics.ts";
import { lintFaults } from "../../support/observe/lint.ts";

test("a name is what Prometheus's linter asks for; counters alone end in _total", () => {
  const check = (name: string, type: MetricType, help = "Help") => checkMetric(name, type, help, []);
  for (const name of [
    "assay_a_seconds",
    "assay_a_bytes",
    "assay_a_ratio",
    "assay_things",
    "assay_things_in_flight",
  ])
    for (const type of ["gauge", "histogram"] as const) assert.doesNotThrow(() => check(name, type), name);
  assert.doesNotThrow(() => checkMetric("assay_a_b2_total", "counter", "Help", ["lane", "code"]));
  const refused: [string, MetricType][] = [
    ["a_total", "counter"],
    ["assay_total2", "counter"],
    ["assay_Things_total", "counter"],
    ["assay__things_total", "counter"],
    ["assay_things", "counter"],
    ["assay_things_ms", "gauge"],
    ["assay_wait_minutes", "histogram"],
    ["assay_kb_read", "gauge"],
    ["assay_things_total", "gauge"],
    ["assay_things_total", "histogram"],
    ["assay_things_count", "gauge"],
    ["assay_things_sum", "gauge"],
    ["assay_things_bucket", "histogram"],
    ["assay_things_gauge", "gauge"],
    ["assay_counter_things_total", "counter"],
    ["xassay_things_total", "counter"],
    ["assay_things_total\n", "counter"],
  ];
  for (const [name, type] of refused) assert.throws(() => check(name, type), RangeError, name);
  assert.throws(() => check("assay_things", "gauge", " "), RangeError);
});

test("what the process itself exposes passes the linter's rules", async () => {
  assert.deepEqual(lintFaults((await new MetricRegistry().expose()).body), []);
  const faulty = [
    "# TYPE ants_total gauge",
    "ants_total 1",
    "# HELP bees_count B",
    "# TYPE bees_count gauge",
    "bees_count 1",
    "# HELP cats C",
    "# TYPE cats counter",
    'cats{le="1"} 1',
    "dogs 1",
    "# HELP eels_ms E",
    "# TYPE eels_ms gauge",
  ];
  assert.deepEqual(lintFaults(faulty.join("\n")), [
    "ants_total: _total on a gauge",
    "ants_total: no help text",
    "bees_count: _count on a gauge",
    "cats: a counter without _total",
    "cats: label le",
    "dogs: no type",
    "eels_ms: no base unit",
  ]);
});

test("labels whose values nothing bounds are refused, on every kind", () => {
  const registry = new MetricRegistry();
  for (const label of ["hotkey", "uid", "ip", "challenge_id", "receipt_id", "miner"]) {
    assert.throws(() => registry.counter("assay_x_total", "x", ["lane", label]), RangeError);
    assert.throws(() => registry.gauge("assay_x", "x", [label]), RangeError);
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

test("each look at the metrics shows all that was counted so far, once, and the gauges as they are", async () => {
  const registry = new MetricRegistry();
  const counter = registry.counter("assay_things_total", "Things", ["kind", "of"]);
  const gauge = registry.gauge("assay_things", "Things", ["kind"]);
  const shown = async (): Promise<string[]> =>
    (await registry.expose()).body.split("\n").filter((line) => /^assay_things/.test(line));
  counter.add({ kind: "a", of: "b" }, 2);
  counter.add({ of: "b", kind: "a" });
  gauge.set(7, { kind: "a" });
  gauge.set(5, { kind: "a" });
  const first = ['assay_things_total{kind="a",of="b"} 3', 'assay_things{kind="a"} 5'];
  assert.deepEqual(await shown(), first);
  assert.deepEqual(await shown(), first);
  counter.add({ kind: "a", of: "b" });
  counter.add({ kind: "a", of: "c" }, 0);
  gauge.set(0, { kind: "a" });
  assert.deepEqual(await shown(), [
    'assay_things_total{kind="a",of="b"} 4',
    'assay_things_total{kind="a",of="c"} 0',
    'assay_things{kind="a"} 0',
  ]);
});

test("a count that is none, and a label that the metric has not, are refused where they are counted", () => {
  const registry = new MetricRegistry();
  const counter = registry.counter("assay_things_total", "Things", ["kind"]);
  for (const by of [-1, Number.NaN]) assert.throws(() => counter.add({ kind: "a" }, by), RangeError);
  assert.throws(() => counter.add({ sort: "a" }));
  assert.throws(() => registry.gauge("assay_things", "Things", ["kind"]).set(1, { sort: "a" }));
});
