import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { escapeHtml, jsonIsland, scriptText } from "../../../../sim/report/escape.ts";
import { reportHtml } from "../../../../sim/report/html.ts";
import { plotsOf } from "../../../../sim/report/plots.ts";
import type { SimResult } from "../../../../sim/result.ts";
import { bodiesOf, drawnBy, islandOf, markupOf } from "../../../support/sim/page.ts";
import { sampleResult } from "../../../support/sim/result.ts";

const sample = sampleResult();
const html = reportHtml(sample);

const hostile = `</script><script>alert(1)</script><!--<script>"'><img src=x onerror=alert(2)>&\u2028\u2029\u0000`;

/** A result whose every text is hostile. */
function poisoned(): SimResult {
  const rename = <Value>(values: Readonly<Record<string, Value>>): Record<string, Value> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [`${name}${hostile}`, value]));
  const { series } = sample;
  return {
    ...sample,
    scenario: hostile,
    title: hostile,
    story: hostile,
    trace_sha256: hostile,
    miners: sample.miners.map((row) => ({ ...row, name: row.name + hostile, fleet: row.fleet + hostile })),
    validators: sample.validators.map((row) => ({
      ...row,
      name: row.name + hostile,
      stops: { [hostile]: 0.5 },
    })),
    series: {
      ...series,
      work: rename(series.work),
      cap: rename(series.cap),
      rate: rename(series.rate),
      in_flight: rename(series.in_flight),
      backlog: rename(series.backlog),
    },
  };
}

describe("escaping", () => {
  it("leaves nothing that could end a text, an attribute or a script", () => {
    assert.equal(
      escapeHtml(`<a href="x" title='y'>&`),
      "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;",
    );
    assert.equal(escapeHtml("a\u0000\u001bb\nc"), "a\ufffd\ufffdb\nc");
    const island = jsonIsland({ name: hostile });
    assert.doesNotMatch(island, /[<>&\u2028\u2029]/);
    assert.deepEqual(JSON.parse(island), { name: hostile }, "and it reads as what it was");
    assert.doesNotMatch(scriptText("a</script>b</SCRIPT >c<!--d"), /<\/script|<!--/i);
  });
});

describe("the page of a result", () => {
  it("refers to nothing outside itself", () => {
    const { attributes, tags } = markupOf(html);
    const loading = ["src", "href", "srcset", "action", "poster", "style", "background", "xlink"];
    assert.deepEqual(
      attributes.filter(([name, value]) => loading.includes(name) || /^\s*([a-z]+:)?\/\//i.test(value)),
      [],
    );
    for (const tag of ["link", "img", "iframe", "object", "base", "form"])
      assert.ok(!tags.includes(tag), tag);
    assert.doesNotMatch(bodiesOf(html, "style").join(), /url\(|@import/);
    const scripts = bodiesOf(html, "script").join();
    assert.doesNotMatch(scripts, /\bfetch\(|XMLHttpRequest|WebSocket|importScripts|\bimport\(/);
  });

  it("allows exactly the scripts and the style that it holds", () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? "";
    assert.match(policy, /^default-src 'none'; /);
    assert.doesNotMatch(policy, /unsafe|https?:|\*/);
    const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    const [style = ""] = bodiesOf(html, "style");
    const [, library = "", own = ""] = bodiesOf(html, "script");
    assert.ok(policy.includes(`style-src ${hash(style)};`));
    assert.ok(policy.includes(`script-src ${hash(library)} ${hash(own)};`));
    assert.match(library, /The MIT License/, "the licence goes with the library");
  });

  it("makes plain text of whatever a scenario says", () => {
    const page = reportHtml(poisoned());
    const { tags, attributes, text } = markupOf(page);
    const clean = markupOf(html);
    assert.deepEqual(tags, clean.tags, "not one element more");
    assert.deepEqual(
      attributes.map(([name]) => name),
      clean.attributes.map(([name]) => name),
      "nor one attribute",
    );
    assert.doesNotMatch(text.replaceAll("\u0000", "<"), /[<>]/);
    const cap = islandOf(page).plots.find(({ id }) => id === "cap");
    assert.ok(
      cap?.lines.some(({ name }) => name === `always${hostile}`),
      "the plots have the names as they are",
    );
  });

  it("stays under 300 kB with 240 points, 15 fleets and 5 validators", () => {
    assert.equal(sample.series.t.length, 240);
    assert.ok(Buffer.byteLength(html) < 300_000, `${Buffer.byteLength(html)} bytes`);
  });

  it("is the same for the same result", () => {
    assert.equal(reportHtml(sampleResult()), html);
  });

  it("names plots, tables and their heads for those who cannot see them", () => {
    const { plots } = islandOf(html);
    const images = [...html.matchAll(/role="img" aria-label="([^"]*)" data-plot="(\d+)"/g)];
    assert.deepEqual(
      images.map((match) => Number(match[2])),
      plots.map((_, at) => at),
    );
    for (const [at, { title, lines }] of plots.entries()) {
      const words = images[at]?.[1] ?? "";
      assert.ok(words.startsWith(`${title}: `));
      for (const { name } of lines) assert.ok(words.includes(`${name} `), `${title} tells of ${name}`);
    }
    for (const table of bodiesOf(html, "table")) {
      assert.match(table, /^<caption>/);
      assert.doesNotMatch(bodiesOf(table, "thead").join(), /<th>|<td/);
      for (const row of bodiesOf(bodiesOf(table, "tbody").join(), "tr"))
        assert.match(row, /^<th scope="row"/);
    }
    assert.equal(bodiesOf(html, "h1").length, 1);
  });

  it("has a row for each strategy, validator, customer and miner, and marks what pays", () => {
    const { strategies, validators, customers, miners } = sample;
    const rows = bodiesOf(html, "tbody").map((body) => bodiesOf(body, "tr").length);
    assert.deepEqual(
      rows,
      [strategies, validators, customers, miners].map(({ length }) => length),
    );
    assert.match(html, /<td class="words alarm">PAYS<\/td>/);
    assert.match(html, /<section class="verdict bad"/);
    const fine = {
      ...sample,
      strategies: sample.strategies.filter(({ strategy }) => strategy !== "predictor"),
    };
    assert.match(reportHtml(fine), /<section class="verdict" /);
  });

  it("stands without a single point", () => {
    const none = {
      t: [],
      profit: {},
      suspended: {},
      work: {},
      cap: {},
      rate: {},
      in_flight: {},
      backlog: {},
    };
    const page = reportHtml({ ...sample, complete: false, simulated_ms: 0, series: none });
    assert.match(page, /Nothing was recorded to plot/);
    assert.match(page, /interrupted at 0 s of 7 d/);
  });
});

describe("what the plots show", () => {
  const { unit, t, plots } = plotsOf(sample);
  const plot = (id: string) => plots.find((one) => one.id === id) ?? assert.fail(id);

  it("is time in a unit that fits, the profit first", () => {
    assert.deepEqual([unit, t.at(-1), t.length], ["days", 7, 240]);
    assert.deepEqual(
      plots.map(({ id, main }) => [id, main]),
      ["profit", "suspended", "rate", "in-flight", "backlog", "work", "cap"].map((id) => [
        id,
        id === "profit",
      ]),
    );
  });

  it("draws honest strong and last, and what pays red", () => {
    const { lines } = plot("profit");
    assert.deepEqual([lines.at(-1)?.name, lines.at(-1)?.role], ["honest", "ink"]);
    assert.deepEqual(
      lines.filter(({ role }) => role === "alarm").map(({ name }) => name),
      ["predictor"],
    );
  });

  it("gives each line of a plot a look of its own, and a strategy the same one everywhere", () => {
    for (const { id, lines } of plots) {
      const looks = lines.map(({ role, colour, dash }) => `${role} ${colour} ${dash}`);
      assert.equal(new Set(looks).size, looks.length, id);
    }
    const look = (id: string, of: string) => {
      const { role, colour, dash } = plot(id).lines.find(({ name }) => name === of) ?? assert.fail(of);
      return [role, colour, dash];
    };
    assert.deepEqual(look("suspended", "burst"), look("profit", "burst"));
    assert.deepEqual(look("work", "burst"), look("profit", "burst"));
  });

  it("sets the design rate beside the realised ones, in percent", () => {
    const aims = plot("rate").lines.filter(({ role }) => role === "aim");
    assert.deepEqual([aims.length, aims[0]?.name, aims[0]?.values[0]], [1, "design 4 %", 4]);
    const { values } = plot("rate").lines[0] ?? assert.fail();
    assert.deepEqual([values[0], (values.at(-1) ?? 0) > 1], [null, true]);
  });

  it("fills what a series lacks with gaps and keeps no more than there are times", () => {
    const short = { ...sample.series, profit: { honest: [1, Number.NaN], always: Array(300).fill(1 / 3) } };
    const [profit = assert.fail()] = plotsOf({ ...sample, series: short }).plots;
    const [always, honest] = profit.lines;
    assert.deepEqual([honest?.values.length, honest?.values.slice(0, 3)], [240, [1, null, null]]);
    assert.deepEqual([always?.values.length, always?.values[0]], [240, 0.33333]);
  });
});

describe("the script of the page", () => {
  it("hands every line of every plot to the library", () => {
    const { t, plots } = islandOf(html);
    const drawings = drawnBy(html);
    assert.equal(drawings.length, plots.length);
    for (const [at, { options, data }] of drawings.entries()) {
      const lines = plots[at]?.lines ?? [];
      assert.deepEqual(
        [...options.series].map(({ label }) => label),
        ["after", ...lines.map(({ name }) => name)],
      );
      assert.deepEqual(JSON.parse(JSON.stringify(data)), [t, ...lines.map(({ values }) => values)]);
      assert.equal(options.width, 700);
    }
  });
});
