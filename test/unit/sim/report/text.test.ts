import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { signed, whole } from "../../../../sim/report/figures.ts";
import { resultText } from "../../../../sim/report/text.ts";
import { storyLines, strategyVerdict } from "../../../../sim/report/verdicts.ts";
import type { SimResult, StrategyResult } from "../../../../sim/result.ts";
import { fourDigits, percent, span } from "../../../../src/core/figures.ts";
import { sampleResult } from "../../../support/sim/result.ts";

const sample = sampleResult({ points: 60 });

/** The sample with the profits against honest that are given. */
function against(apart: Readonly<Record<string, number | null>>): SimResult {
  const strategies = sample.strategies
    .filter(({ strategy }) => strategy === "honest" || strategy in apart)
    .map((row) => ({ ...row, vs_honest_per_day: apart[row.strategy] ?? null }));
  return { ...sample, strategies };
}

/** The lines of the paragraph whose head begins with a word. */
function tableOf(text: string, word: string): string[] {
  const found = text.split("\n\n").find((part) => part.split("\n").some((line) => line.startsWith(word)));
  return found?.split("\n") ?? assert.fail(`no table of ${word}`);
}

describe("figures", () => {
  it("have four digits, and a dash where there is no number", () => {
    assert.deepEqual(
      [2.85649, -2.85649, 123_456, 0.00123456, 0.000952, 0, null, Number.NaN, Number.POSITIVE_INFINITY].map(
        fourDigits,
      ),
      ["2.856", "-2.856", "123,500", "0.001235", "9.52e-4", "0", "-", "-", "-"],
    );
    assert.deepEqual([1_234_567, 3, null].map(whole), ["1,234,567", "3", "-"], "counts are in full");
    assert.deepEqual([percent(0.04), signed(2), signed(-2), signed(0)], ["4 %", "+2", "-2", "0"]);
  });

  it("give lengths of time in the unit that suits them", () => {
    const lengths = [0, 999, 1000, 119_999, 120_000, 7_199_000, 7_200_000, 172_799_000, 172_800_000];
    assert.deepEqual(lengths.map(span), [
      ...["0 s", "999 ms", "1 s", "120 s", "2 min", "120 min", "2 h", "48 h", "2 d"],
    ]);
  });
});

describe("the verdict of a strategy", () => {
  it("is level within 1 % of an honest profit and decided past it", () => {
    const honest = { ...(sample.strategies[0] as StrategyResult), profit_per_day: 100 };
    const of = (apart: number | null): string =>
      strategyVerdict({ ...honest, strategy: "burst", vs_honest_per_day: apart }, honest);
    assert.deepEqual([1, 1.01, -1, -1.01, 0, null].map(of), [
      "level",
      "PAYS",
      "level",
      "loses",
      "level",
      "-",
    ]);
    assert.equal(strategyVerdict(honest, honest), "baseline");
  });
});

describe("the story", () => {
  it("names what pays in capitals, then what loses and what is level", () => {
    const [line] = storyLines(against({ predictor: 9, sybil: 3, burst: -4, congestor: 0 }));
    assert.equal(line, "Against honest work, sybil and predictor PAY; burst loses; congestor earns as much.");
    const [single] = storyLines(against({ predictor: 9 }));
    assert.equal(single, "Against honest work, predictor PAYS.");
    const [all] = storyLines(against({ burst: -4, lazy: -5, copy: -6 }));
    assert.equal(all, "Against honest work, every one of the 3 other strategies loses.");
  });

  it("says what is missing for a comparison", () => {
    assert.match(storyLines(against({}))[0] ?? "", /^Every miner was honest/);
    const none = { ...sample, strategies: sample.strategies.filter(({ strategy }) => strategy !== "honest") };
    assert.match(storyLines(none)[0] ?? "", /nothing to compare/);
  });

  it("says whether honest miners were hit, and what went wrong", () => {
    const lines = storyLines(sample).join("\n");
    assert.match(lines, /no miner that never cheated was suspended/);
    assert.match(lines, /validator-4 was down 2 times because its memory was used up/);
    assert.match(lines, /validator-5 raised the alarm on its realised rate after 181 draws/);
    const hit = sample.validators.map((row) => ({
      ...row,
      honest_suspensions: 1,
      crashes: 0,
      alarm_after_draws: null,
    }));
    const story = storyLines({ ...sample, validators: hit });
    assert.match(story[1] ?? "", /5 suspensions hit miners that NEVER CHEATED/);
    assert.equal(story[2], "Of 1,208 customers' jobs: 1,190 done, 3 expired, 11 cancelled and 4 waiting.");
    assert.equal(story.length, 3, "without trouble there is no fourth line");
    assert.equal(storyLines({ ...sample, validators: hit, customers: [] }).length, 2);
  });
});

describe("the text of a result", () => {
  it("begins with what was run", () => {
    const [title, facts] = resultText(sample).split("\n");
    assert.equal(title, sample.title);
    assert.ok(facts?.startsWith("seed 7, 7 d simulated, complete, "));
    assert.ok(facts?.endsWith(`trace ${sample.trace_sha256.slice(0, 16)}`));
    const stopped = { ...sample, complete: false, simulated_ms: 3_600_000 };
    assert.match(resultText(stopped).split("\n")[1] ?? "", /interrupted at 60 min of 7 d/);
  });

  it("has a row for each strategy and validator, with the figures of each", () => {
    const text = resultText(sample);
    const strategies = tableOf(text, "strategy");
    assert.equal(strategies.length, 2 + sample.strategies.length);
    assert.match(strategies.find((line) => line.startsWith("predictor")) ?? "", /\+\d[\d.]* +PAYS/);
    assert.match(strategies.find((line) => line.startsWith("honest")) ?? "", / 0 +baseline/);
    const validators = tableOf(text, "validator ");
    assert.equal(validators.length, 2 + sample.validators.length);
    assert.match(validators[2] ?? "", /backlog 3.12 %, ceiling 0.041 %$/);
    assert.match(validators[6] ?? "", / 4 % +1.27 % +181 /);
  });

  it("sets numbers on the right of their columns", () => {
    const [, head = "", ...rows] = tableOf(resultText(sample), "strategy");
    const end = head.indexOf("miners") + "miners".length;
    for (const row of rows) assert.match(row.slice(0, end), /\d$/, row);
    const width = Math.max(...rows.map(({ length }) => length));
    assert.ok(rows.every((row) => row.length === width));
  });

  it("lists the miners on request only", () => {
    assert.ok(!resultText(sample).includes("honest-fast-1 "));
    assert.equal(tableOf(resultText(sample, { miners: true }), "miner ").length, 2 + sample.miners.length);
  });

  it("prints no control character of a scenario", () => {
    const validators = sample.validators.map((row) => ({ ...row, name: `${row.name}\u001b[2J` }));
    const text = resultText({ ...sample, title: "red\u001b[31m\u0007\r\nline", validators });
    assert.ok(text.startsWith("red [31m   line\n"));
    assert.doesNotMatch(text.replaceAll("\n", ""), /\p{Cc}/u);
  });
});
