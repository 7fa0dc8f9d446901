import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { PlanTexts } from "../../../../src/cli/plan/fields.ts";
import { readPlan } from "../../../../src/cli/plan/inputs.ts";
import { mostLines, plotLines } from "../../../../src/cli/plan/plotLines.ts";
import { placeFlags, spread } from "../../../../src/cli/plan/plotPlaces.ts";
import { plan } from "../../../../src/economics/plan.ts";
import {
  drawn,
  muddles,
  near,
  number,
  oneOf,
  reader,
  type Stroke,
  strokesOf,
  struck,
  unmarked,
  wordsOf,
  zonesOf,
} from "../../../support/cli/planPlot.ts";

const before = { before: "budget:20@7000,strikes:3,tempos:5" };

describe("the plot of a plan", () => {
  it("has a dot at every cell of the table that has a ratio, and no other", () => {
    const svg = drawn({});
    const at = reader(svg);
    const dots = [...svg.matchAll(/class="now dots" d="([^"]*)"/g)].flatMap(([, d = ""]) =>
      [...d.matchAll(/M(\S+) ([^h]+)h0/g)].map(([, x, y]) => at([number(x), number(y)])),
    );
    const cells = plan(readPlan({})).verdict.filter(({ ratio }) => ratio !== null);
    assert.equal(dots.length, cells.length);
    const sorted = dots.toSorted((a, b) => a.ratio - b.ratio);
    const expected = cells.toSorted((a, b) => (a.ratio ?? 0) - (b.ratio ?? 0));
    for (const [i, { gain, ratio }] of expected.entries()) {
      near(sorted[i]?.ratio ?? 0, ratio ?? 0, "ratio");
      const twin = dots.some((dot) => Math.abs(Math.log((dot.gain * 0.02) / gain)) < 0.015);
      assert.ok(twin, `gain ${gain}`);
    }
  });

  it("has a line a margin, which crosses 1 where the plan breaks even, and a dashed one for the setting before", () => {
    const [svg, document] = [drawn(before), plan(readPlan(before))];
    const at = reader(svg);
    const product = ({ from, to }: Stroke): number => {
      const [one, two] = [at(from), at(to)];
      near(one.gain * one.ratio, two.gain * two.ratio, "both ends of a line");
      return one.gain * one.ratio * 0.02;
    };
    const now = strokesOf(svg, "now line").map(product);
    assert.equal(now.length, 4);
    for (const [i, margin] of [1, 0.5, 0.2, 0.1].entries())
      near(now[i] ?? 0, margin * (document.break_even_gain ?? 0), `margin ${margin}`);
    const [then = 0, ...more] = strokesOf(svg, "then line").map(product);
    assert.equal(more.length, 0);
    near((now[0] ?? 0) / then, document.improvement ?? 0, "how many times dearer");
    assert.equal(strokesOf(drawn({}), "then line").length, 0);
    assert.match(svg, /\.then\.line\{[^}]*stroke-dasharray/);
  });

  it("draws 1 across, shades what is below, and says what is on either side", () => {
    const svg = drawn(before);
    const one = oneOf(svg);
    near(reader(svg)(one.from).ratio, 1, "the strong line");
    const [, top, height] =
      svg.match(/<rect class="shade" x="\S+" y="(\S+)" width="\S+" height="(\S+)"/) ?? assert.fail();
    assert.equal(number(top), one.from[1]);
    assert.ok(number(height) > 50);
    for (const { words } of zonesOf(svg)) assert.ok(["cheating loses", "cheating pays"].includes(words));
  });

  it("reaches as far as its lines cross 1, unless that is a hundred times beyond the gains", () => {
    const crosses = (texts: PlanTexts): boolean => {
      const svg = drawn(texts);
      const { y } = oneOf(svg);
      return strokesOf(svg, "now line").some(({ from, to }) => from[1] < y && y < to[1]);
    };
    // The greatest gain is 5 % of a day's income; the plan breaks even at 1.428 % times so many tempos over 20.
    for (const tempos of ["20", "100", "6990"])
      assert.ok(crosses({ suspension_tempos: tempos, margins: "1" }));
    assert.ok(!crosses({ suspension_tempos: "7010", margins: "1" }));
  });

  it("names the gains of the table above marks at their places", () => {
    const svg = drawn({});
    const at = reader(svg);
    const gains = strokesOf(svg, "stem").map(({ from }) => at(from).gain * 0.02);
    for (const [i, gain] of [4.59e-8, 5.1e-8, 1.4286e-7, 1e-4].entries())
      near(gains[i] ?? 0, gain, `mark ${i}`);
    assert.deepEqual(
      wordsOf(svg)
        .filter(({ css }) => css === "label")
        .map(({ words }) => words),
      ["compute saved, at most", "a job's income here", "a job's income, all validators", "the stated gain"],
    );
    assert.match(
      drawn({ stakes: "100", ours: "1" }),
      />a job's income here; a job's income, all validators</,
    );
  });

  it("tells the setting in words", () => {
    const words = wordsOf(drawn(before)).map((text) => text.words);
    assert.equal(words[0], "4 % verified, one strike, suspended for 20 tempos, 35.7 % of the stake");
    assert.ok(words.some((text) => text.includes("gains less than 1.428 % of a day's income")));
    assert.ok(words.some((text) => text.includes("0.2857 % verified, 3 strikes, suspended for 5 tempos")));
    assert.match(drawn({ identity_cost: "0.001" }), /A new identity caps/);
    assert.doesNotMatch(drawn({ identity_cost: "1" }), /A new identity caps/);
  });

  it("is one file for light and dark with a title and a description, and nothing from elsewhere", () => {
    const svg = drawn(before);
    assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^>]* viewBox="0 0 880 600"/);
    assert.match(svg, /role="img" aria-labelledby="assay-plan-title assay-plan-desc"/);
    assert.match(
      svg,
      /<title id="assay-plan-title">[^<]+<\/title>\n<desc id="assay-plan-desc">[^<]+1\.428 %/,
    );
    assert.match(svg, /prefers-color-scheme:dark/);
    assert.doesNotMatch(
      svg.replace("http://www.w3.org/2000/svg", ""),
      /https?:|href|url\(|<script|NaN|Infinity/,
    );
    assert.equal(drawn(before), svg);
  });
});

const settings: PlanTexts[] = [
  {},
  before,
  { jobs_per_tempo: "500" },
  { stakes: "100", ours: "1", jobs_per_tempo: "1", gain: "0.02" },
  { stakes: "60,40", ours: "1", gain: "1.2e-7", jobs_per_tempo: "8000" },
  { stakes: "0.000001,1", ours: "1", gain: "1e-9", margins: "0.000123456", before: "tempos:1" },
  { suspension_tempos: "100000", rate: "1/2", gain: "1" },
  { identity_cost: "0.0001", cold_start_blocks: "0", before: "rate:1/50,tempos:1" },
  { rate: "1", caught_gain: "lost", before: "tempos:5" },
  { margins: Array.from({ length: 60 }, (_, i) => String((i + 1) / 60)).join(), before: "tempos:5" },
  { rate: "1234567/1000000000", strikes: "1000", suspension_tempos: "12345", ...before },
];

describe("words in the plot", () => {
  for (const texts of settings)
    it(`stand apart and inside: ${JSON.stringify(texts).slice(0, 70)}`, () => {
      const svg = drawn(texts);
      assert.deepEqual([...muddles(svg), ...struck(svg)], []);
      assert.ok(svg.length <= 20_000, `${svg.length} bytes`);
      assert.doesNotMatch(svg, /NaN|Infinity/);
      assert.equal(unmarked(texts), 0);
    });

  it("stand apart and inside, whatever the amounts", () => {
    const power = (least: number, most: number) =>
      fc.double({ min: least, max: most, noNaN: true }).map((log) => String(10 ** log));
    const texts = fc.record(
      {
        gain: power(-12, 3),
        income_per_day: power(-6, 6),
        jobs_per_tempo: fc.integer({ min: 1, max: 1_000_000 }).map(String),
        suspension_tempos: fc.integer({ min: 1, max: 100_000 }).map(String),
        rate: fc.integer({ min: 1, max: 1000 }).map((checks) => `${checks}/1000`),
        margins: fc
          .array(fc.double({ min: 1e-4, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 })
          .map(String),
        before: fc.integer({ min: 1, max: 100_000 }).map((tempos) => `tempos:${tempos}`),
        identity_cost: power(-9, 3),
        caught_gain: fc.constantFrom("kept", "lost"),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(texts, (some) => {
        const svg = drawn(some);
        assert.deepEqual([...muddles(svg), ...struck(svg)], []);
        assert.ok(svg.length <= 20_000);
        assert.equal(unmarked(some), 0);
      }),
    );
  });

  it("are flags that all find a place, none on another's stem", () => {
    const mark = fc.record({
      at: fc.integer({ min: 84, max: 740 }),
      width: fc.integer({ min: 40, max: 200 }),
    });
    fc.assert(
      fc.property(fc.array(mark, { maxLength: 4 }), (some) => {
        const marks = some.map(({ at, width }) => ({ x: at, width })).sort((a, b) => a.x - b.x);
        const flags = placeFlags(marks, { left: 16, right: 864 });
        assert.equal(flags.length, marks.length);
        const sides = flags.map(({ mark: { x, width }, row, toLeft }) => ({
          ...{ x, row },
          ...(toLeft ? { left: x - 5 - width, right: x - 5 } : { left: x + 5, right: x + 5 + width }),
        }));
        for (const [i, a] of sides.entries())
          for (const [j, b] of sides.entries()) {
            if (i === j) continue;
            assert.ok(a.row !== b.row || a.right < b.left || b.right < a.left, "on another label");
            assert.ok(a.row < b.row || a.x < b.left || a.x > b.right, "a stem through a label");
          }
      }),
    );
  });

  it("are spread no further than they need", () => {
    assert.deepEqual(spread([10, 12, 40], 15, 0, 100), [10, 25, 40]);
    assert.deepEqual(spread([90, 95, 99], 15, 0, 100), [70, 85, 100]);
    assert.deepEqual(spread([-5], 15, 0, 100), [0]);
    assert.deepEqual(spread([], 15, 0, 100), []);
  });

  it("are of twelve margins at most, the first and the last among them; margins that lose the same are one", () => {
    const lines = (texts: PlanTexts): string[] => {
      const inputs = readPlan(texts);
      return plotLines(inputs, plan(inputs)).map(({ label }) => label);
    };
    const percents = (count: number): string =>
      Array.from({ length: count }, (_, i) => String((100 - i) / 100)).join();
    assert.equal(lines({ margins: percents(mostLines) }).length, mostLines);
    const many = lines({ margins: percents(mostLines + 1) });
    assert.deepEqual([many.length, many[0], many.at(-1)], [mostLines, "margin 100 %", "margin 88 %"]);
    assert.deepEqual(lines({ identity_cost: "1e-4", cold_start_blocks: "0" }), ["margins 10 to 100 %"]);
  });
});
