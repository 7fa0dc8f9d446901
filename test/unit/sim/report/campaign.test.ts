import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { meanInterval, verdictOf } from "../../../../sim/campaign/interval.ts";
import type { CampaignResult, CampaignStrategy } from "../../../../sim/campaign/result.ts";
import { campaignHtml, campaignText } from "../../../../sim/report/campaign.ts";
import { tickStep } from "../../../../sim/report/intervalPlot.ts";
import { sampleResult } from "../../../support/sim/result.ts";

const seeds = [1, 2, 3, 4];
const results = seeds.map((seed) => sampleResult({ points: 60, seed }));

function strategyOver(name: string): CampaignStrategy {
  const rows = results.flatMap(({ strategies }) => strategies.filter(({ strategy }) => strategy === name));
  const interval = meanInterval(rows.map((row) => row.vs_honest_per_day ?? 0));
  return {
    strategy: rows[0]?.strategy ?? assert.fail(`no ${name}`),
    runs: rows.length,
    ...interval,
    verdict: verdictOf(interval),
    cheats_per_run: rows.reduce((sum, { cheats }) => sum + cheats, 0) / rows.length,
    detections_per_run: rows.reduce((sum, { detections }) => sum + detections, 0) / rows.length,
    mean_cheats_to_first_detection: rows[0]?.mean_cheats_to_first_detection ?? null,
    honest_profit_per_day: 20.77,
  };
}

const campaign: CampaignResult = {
  scenario: "zoo",
  title: "Every way to cheat",
  seeds,
  complete: true,
  confidence: 0.95,
  strategies: (results[0]?.strategies ?? []).map(({ strategy }) => strategyOver(strategy)),
  traces: results.map(({ seed, trace_sha256 }) => ({ seed, trace_sha256 })),
  submissions: 1_234_567,
  honest_suspensions: 0,
};

const open: CampaignStrategy = {
  ...strategyOver("burst"),
  ...{ mean: -1, low: -3, high: 1, verdict: "undecided" },
};

describe("the text of a campaign", () => {
  it("gives mean, interval and verdict of each strategy", () => {
    const text = campaignText({ ...campaign, strategies: [open] });
    assert.match(text, /\nburst +4 +-1 +-3 +\+1 +undecided +20\.77 /);
    assert.ok(text.startsWith("Every way to cheat\n4 seeds, 1,234,567 submissions\n"));
    for (const { seed, trace_sha256: hash } of campaign.traces)
      assert.ok(text.includes(`seed ${seed}: trace ${hash.slice(0, 16)}`));
  });

  it("says how little an interrupted campaign knows", () => {
    const cut = { ...campaign, complete: false };
    const some = campaignText({ ...cut, traces: campaign.traces.slice(0, 1) });
    assert.match(some, /interrupted after 1 of 4 seeds/);
    assert.match(some, /Interrupted: 3 seeds did not end, so these verdicts are not those of the campaign/);
    const none = campaignText({ ...cut, traces: [], strategies: [], submissions: 0 });
    assert.match(none, /Interrupted before any seed ended, so nothing is known/);
    assert.doesNotMatch(none, /every miner was honest|NEVER/i);
  });

  it("tells what pays, what loses and what is open", () => {
    const of = (...strategies: CampaignStrategy[]): string => campaignText({ ...campaign, strategies });
    const text = of(strategyOver("honest"), strategyOver("predictor"), strategyOver("always"), open);
    assert.match(
      text,
      /Against honest work, with 95 % confidence each: predictor PAYS; always loses; burst is undecided\./,
    );
    assert.match(of(strategyOver("honest")), /Every miner was honest/);
    assert.match(
      campaignText({ ...campaign, honest_suspensions: 2 }),
      /2 suspensions hit miners that NEVER CHEATED/,
    );
  });

  it("shows the baseline as 0 and a single run without an interval", () => {
    const alone: CampaignStrategy = { ...open, runs: 1, low: null, high: null };
    const text = campaignText({ ...campaign, strategies: [strategyOver("honest"), alone] });
    assert.match(text, /\nhonest +4 +0 +0 +0 +baseline/);
    assert.match(text, /\nburst +1 +-1 +- +- +undecided/);
    assert.match(
      campaignText({ ...campaign, complete: false, traces: [] }),
      /interrupted after 0 of 4 seeds/,
    );
  });
});

/** The drawing of a strategy. */
function drawingOf(html: string, name: string): string {
  return new RegExp(`<svg role="img" aria-label="${name}: .*?</svg>`).exec(html)?.[0] ?? assert.fail(name);
}

const numbers = (text: string, attribute: string): number[] =>
  [...text.matchAll(new RegExp(`${attribute}="([\\d.]+)%"`, "g"))].map((match) => Number(match[1]));

describe("the page of a campaign", () => {
  const html = campaignHtml(campaign);

  it("draws each interval on one axis, on its side of zero", () => {
    const zero = numbers(/<line class="zero"[^>]*>/.exec(html)?.[0] ?? "", "x1")[0] ?? assert.fail("no zero");
    for (const { strategy } of campaign.strategies) {
      const drawing = drawingOf(html, strategy);
      const [dot = Number.NaN] = numbers(drawing, "cx");
      if (strategy === "honest") assert.ok(Math.abs(dot - zero) < 0.01);
      else assert.equal(dot > zero, strategy === "predictor", strategy);
      for (const at of [...numbers(drawing, "x1"), ...numbers(drawing, "x2"), dot])
        assert.ok(at >= 0 && at <= 100);
    }
  });

  it("draws no whisker for a single run and a hollow dot for what is open", () => {
    const alone = campaignHtml({ ...campaign, strategies: [{ ...open, low: null, high: null }] });
    assert.doesNotMatch(drawingOf(alone, "burst"), /whisker/);
    const both = drawingOf(campaignHtml({ ...campaign, strategies: [open] }), "burst");
    assert.match(both, /whisker.*class="hollow"/);
  });

  it("gives the baseline as 0, whatever rounding left of it", () => {
    const honest = { ...strategyOver("honest"), mean: 4e-13, low: -2e-12, high: 3e-12 };
    const page = campaignHtml({ ...campaign, strategies: [honest, open] });
    assert.match(page, /aria-label="honest: 0, baseline"/);
    assert.doesNotMatch(drawingOf(page, "honest"), /whisker/);
  });

  it("is one small file without a script, and escapes the title", () => {
    assert.ok(html.length < 40_000, `${html.length}`);
    const hostile = campaignHtml({ ...campaign, title: "<script>x</script>", scenario: '"><img src=x>' });
    assert.doesNotMatch(hostile, /<script|<img/);
    assert.ok(hostile.includes("&lt;script&gt;x&lt;/script&gt;"));
    assert.match(hostile, /script-src 'none'/);
  });

  it("stands with no strategy at all, and with differences of 0 only", () => {
    assert.match(campaignHtml({ ...campaign, strategies: [] }), /nothing to compare/);
    const level = campaignHtml({ ...campaign, strategies: [{ ...open, mean: 0, low: 0, high: 0 }] });
    assert.doesNotMatch(level, /NaN|Infinity/);
  });
});

describe("a step between ticks", () => {
  it("is 1, 2 or 5 times a power of ten and gives at most five steps", () => {
    assert.deepEqual([5, 5.01, 10, 10.1, 25, 25.1, 50, 0.05].map(tickStep), [1, 2, 2, 5, 5, 10, 10, 0.01]);
  });
});
