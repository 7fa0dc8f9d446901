import assert from "node:assert/strict";
import { test } from "node:test";
import { RATE_RANGE, withMatchers } from "../../../ops/make/selectors.ts";
import type { Exposed } from "../../support/ops/exposed.ts";
import { checkedQuery } from "../../support/ops/promql/checked.ts";

const metric = (type: string, ...labels: string[]) => ({ type, labels, help: "Help" });
const exposed: Exposed = new Map([
  ["assay_a_total", metric("counter", "lane", "code")],
  ["assay_b_total", metric("counter")],
  ["assay_g", metric("gauge", "lane")],
  ["assay_h_seconds", metric("histogram", "lane")],
]);

const faultsOf = (query: string): readonly string[] => checkedQuery(query, exposed).faults;

test("a query of what is exposed has no fault, and says what it reads and what its result is labelled with", () => {
  const { faults, metrics, labels, values } = checkedQuery(
    `histogram_quantile(0.99, sum by (le, lane) (rate(assay_h_seconds_bucket{lane=~"sat|groth16"}[${RATE_RANGE}]))) > 1`,
    exposed,
  );
  assert.deepEqual([faults, [...metrics], [...labels]], [[], ["assay_h_seconds"], ["lane"]]);
  assert.deepEqual(values, [
    { label: "lane", value: "sat" },
    { label: "lane", value: "groth16" },
  ]);
  for (const query of [
    "sum by (job) (increase(assay_a_total[1h])) / sum by (job) (increase(assay_b_total[1h]))",
    "increase(assay_a_total[1h]) > 0 or (assay_a_total > 0 unless (assay_a_total offset 1h))",
    "sum without (code) (rate(assay_a_total[5m]))",
    "max_over_time(assay_g[5m]) * 100 or vector(0)",
    'absent(up{job="assay"})',
    'sum by (severity) (ALERTS{alertstate="firing"})',
    "sum(rate(assay_h_seconds_sum[5m])) / sum(rate(assay_h_seconds_count[5m]))",
  ])
    assert.deepEqual(faultsOf(query), [], query);
});

test("a metric or label that is not exposed is a fault, wherever it stands", () => {
  const cases: [string, RegExp][] = [
    ["rate(assay_gone_total[5m])", /no validator exposes assay_gone_total/],
    ["assay_g_bucket", /no validator exposes assay_g_bucket/],
    ["assay_h_seconds", /no validator exposes assay_h_seconds/],
    ['assay_g{code="x"}', /assay_g has no label code/],
    ["sum by (code) (assay_g)", /no.*label code/],
    ["sum by (lane) (sum by (code) (rate(assay_a_total[5m])))", /no.*label lane/],
    ["sum without (code) (assay_g)", /no.*label code/],
    ['sum by (lane) (rate(assay_h_seconds_bucket{le="1"}[5m])) > sum by (x) (assay_g)', /no.*label x/],
  ];
  for (const [query, fault] of cases) assert.match(faultsOf(query).join("; "), fault, query);
});

test("what Prometheus would answer with nothing, or with nonsense, is a fault", () => {
  const cases: [string, RegExp][] = [
    ["rate(assay_g[5m])", /rate of assay_g, which is a gauge/],
    ["max_over_time(assay_b_total[5m])", /which is a counter/],
    ["histogram_quantile(0.9, rate(assay_h_seconds_sum[5m]))", /without le/],
    ["sum by (lane) (assay_g) / sum(assay_g)", /never match/],
    ["assay_g and assay_a_total", /never match/],
    ["assay_g unless on (lane) assay_a_total", /not checked/],
  ];
  for (const [query, fault] of cases) assert.match(faultsOf(query).join("; "), fault, query);
  for (const query of ["sum(", "rate(assay_b_total[5m]", "assay_g{", "a b", ""])
    assert.throws(() => faultsOf(query), SyntaxError, query);
});

test("matchers are added to every selector, beside those it has, and to no other text", () => {
  const added = (query: string): string => withMatchers(query, 'job="assay"');
  assert.equal(added("a"), 'a{job="assay"}');
  assert.equal(added("a{}"), 'a{job="assay"}');
  assert.equal(
    added(`sum by (a) (rate(a{b="}"}[${RATE_RANGE}])) / (c offset 1h)`),
    `sum by (a) (rate(a{b="}",job="assay"}[${RATE_RANGE}])) / (c{job="assay"} offset 1h)`,
  );
  assert.equal(added('ALERTS{alertstate="firing"} or vector(0)'), 'ALERTS{alertstate="firing"} or vector(0)');
  assert.throws(() => added("sum("), SyntaxError);
});
