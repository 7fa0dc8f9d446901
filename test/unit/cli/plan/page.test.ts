import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { planHtml } from "../../../../sim/report/planPage.ts";
import { readPlan } from "../../../../src/cli/plan/readPlan.ts";
import { plan } from "../../../../src/economics/plan.ts";
import type { PlanTexts } from "../../../../src/economics/planner/fields.ts";
import { planPage } from "../../../../src/economics/planner/planPage.ts";
import { verdictRows } from "../../../../src/economics/planner/tables.ts";
import { sameDigits } from "../../../support/figures.ts";
import { bodiesOf, drawnBy, islandOf, markupOf } from "../../../support/sim/page.ts";

const compared = { before: "budget:20@7000,strikes:3,tempos:5" };

function shown(texts: PlanTexts) {
  const inputs = readPlan(texts);
  const document = plan(inputs);
  const page = planPage(inputs, document);
  return { document, page, html: planHtml(page) };
}

/** The gain from which a cheat pays by a line: where it crosses 1, from the figures that are drawn. */
function turn(html: string, name: string): number {
  const { t, plots } = islandOf(html);
  const line = plots[0]?.lines.find((one) => one.name === name) ?? assert.fail(name);
  const turns = line.values.map((value, at) => (value ?? 0) * (t[at] ?? 0));
  for (const other of turns) assert.ok(Math.abs(other / (turns[0] ?? 0) - 1) < 1e-4, "straight");
  return turns[0] ?? 0;
}

describe("the page of a plan", () => {
  it("draws a line for each margin and for the setting before, each with the gain from which a cheat pays", () => {
    const { html, document } = shown(compared);
    const percentOfDay = (100 * (document.break_even_gain ?? 0)) / 0.02;
    for (const margin of [1, 0.5, 0.2, 0.1])
      sameDigits(turn(html, `margin ${100 * margin} %`), percentOfDay * margin);
    sameDigits(turn(html, "before, 100 %"), percentOfDay / 168);
    assert.ok(!shown({}).html.includes("before, 100 %"));
  });

  it("marks the thresholds, and the gains of the table that have a name", () => {
    const { lines = [] } = islandOf(shown(compared).html).plots[0] ?? {};
    const levels = lines.filter(({ role }) => role === "aim").map(({ name, values }) => [name, values[0]]);
    assert.deepEqual(levels, [
      ["costs its gain", 1],
      ["3 x its gain", 3],
    ]);
    assert.deepEqual(
      islandOf(shown(compared).html).marks?.map(({ name, at }) => [name, Number(at.toPrecision(4))]),
      [
        ["compute saved on a job here", 2.295e-4],
        ["a job's income from here", 2.55e-4],
        ["a job's income from all validators", 7.143e-4],
        ["the stated gain", 0.5],
        ["pays from 1.428 % on", 1.428],
        ["before: paid from 0.0085 % on", 0.0085],
      ],
    );
  });

  it("holds the setting beside the one before, and the table of verdicts with what pays in red", () => {
    const { html, document } = shown(compared);
    const [settings = "", , verdicts = ""] = bodiesOf(html, "table");
    assert.match(settings, /<th scope="col">now<\/th><th scope="col">before<\/th>/);
    for (const row of verdictRows(document.verdict).slice(1))
      for (const cell of row.slice(1))
        assert.ok(
          verdicts.includes(`<td${cell.includes("PAYS") ? ' class="alarm"' : ""}>${cell}</td>`),
          cell,
        );
    assert.match(html, /<section class="verdict bad"/);
    assert.match(shown({ suspension_tempos: "10000" }).html, /<section class="verdict" /);
    assert.match(html, /<h1>4 % verified, one strike, suspended for 20 tempos, 35\.7 % of the stake<\/h1>/);
  });

  it("refers to nothing outside itself, and says what it draws to those who cannot see it", () => {
    const { html, page } = shown(compared);
    const loading = ["src", "href", "srcset", "action", "poster", "style", "background"];
    assert.deepEqual(
      markupOf(html).attributes.filter(([name]) => loading.includes(name)),
      [],
    );
    assert.match(html, /Content-Security-Policy" content="default-src 'none'; /);
    assert.match(page.curves.words, /margin 100 %: 1\.428 %.*before, 100 %: 0\.0085 %/);
    assert.match(html, /role="img" aria-label="Penalty \/ gain falls/);
    assert.equal(shown(compared).html, html, "the same inputs give the same page");
  });

  it("hands its lines to the library on logarithmic axes", () => {
    const { html } = shown(compared);
    const [drawing = assert.fail()] = drawnBy(html);
    const { lines = [] } = islandOf(html).plots[0] ?? {};
    assert.deepEqual(
      [...drawing.options.series].map(({ label }) => label),
      ["gain", ...lines.map(({ name }) => name)],
    );
    assert.deepEqual([drawing.options.scales.x.distr, drawing.options.scales.y.distr], [3, 3]);
  });

  it("has no plot where no cheat gains anything", () => {
    const { html } = shown({ rate: "1", caught_gain: "lost" });
    assert.match(html, /No cheat gains anything/);
    assert.doesNotMatch(html, /data-plot=/);
  });

  it("draws figures that a logarithmic axis can show, whatever the amounts", () => {
    const power = (least: number, most: number) =>
      fc.double({ min: least, max: most, noNaN: true }).map((log) => String(10 ** log));
    const texts = fc.record(
      {
        gain: power(-300, 300),
        income_per_day: power(-300, 300),
        suspension_tempos: fc.integer({ min: 1, max: 100_000 }).map(String),
        rate: fc.integer({ min: 1, max: 1000 }).map((checks) => `${checks}/1000`),
        before: fc.integer({ min: 1, max: 100_000 }).map((tempos) => `tempos:${tempos}`),
        identity_cost: fc.oneof(power(-9, 3), fc.constant("0")),
        cold_start_blocks: fc.constantFrom("0", "1800"),
        caught_gain: fc.constantFrom("kept", "lost"),
        factor: power(-3, 3),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(texts, (some) => {
        const inputs = readPlan(some);
        const { gains, lines } = planPage(inputs, plan(inputs)).curves;
        assert.ok(gains.length <= 16 * 20 + 1);
        for (const figure of [...gains, ...lines.flatMap(({ ratios }) => ratios)])
          assert.ok(figure > 0 && Number.isFinite(figure), `${figure}`);
        assert.deepEqual(
          gains,
          gains.toSorted((a, b) => a - b),
        );
      }),
    );
  });
});
