import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, describe, it } from "node:test";
import { planText } from "../../../../src/cli/plan/planText.ts";
import { readPlan } from "../../../../src/cli/plan/readPlan.ts";
import { defaultConfig } from "../../../../src/config/load.ts";
import { AssayError } from "../../../../src/core/problems/assayError.ts";
import { plan } from "../../../../src/economics/plan.ts";
import { planFields } from "../../../../src/economics/planner/fields.ts";
import { verdictRows } from "../../../../src/economics/planner/tables.ts";
import { decisionLine } from "../../../../src/economics/planner/words.ts";
import { batch } from "../../../support/cli/printed.ts";
import { sameDigits } from "../../../support/figures.ts";
import { removeDir, temporaryDir } from "../../../support/validator/validator.ts";

const dir = temporaryDir();
after(() => removeDir(dir));

const example = [
  ...["--rate", "20/500", "--strikes", "1", "--window-blocks", "7200", "--suspension-tempos", "20"],
  ...["--stakes", "44.40,35.70,7.09,6.24,4.49", "--ours", "2", "--income-per-day", "0.02", "--gain", "1e-4"],
  ...["--margin", "1", "--jobs-per-tempo", "7000", "--before", "budget:20@7000,strikes:3,tempos:5"],
];

describe("assay plan", () => {
  it("prints one document with the figures of the setting and of the one before", async () => {
    const [printed = assert.fail(), defaults = assert.fail()] = await batch(
      ["plan", ...example, "--json"],
      ["plan", "--before", "budget:20,strikes:3,tempos:5", "--json"],
    );
    assert.deepEqual([printed.code, printed.stderr], [0, ""]);
    assert.equal(defaults.stdout, printed.stdout, "the example spells the defaults out");
    const document = JSON.parse(printed.stdout) as ReturnType<typeof plan>;
    const figures: [number | null, number][] = [
      [document.hhi, 0.3355],
      [document.effective_n, 2.98],
      [document.mean_cheats_to_detection, 25],
      [document.quantiles["0.9"] ?? null, 56.41],
      [document.penalty_per_cheat, 2.856e-4],
      [document.gain_per_cheat, 1e-4],
      [document.ratio, 2.856],
      [document.break_even_gain, 2.856e-4],
      [document.break_even_gain_at_factor, 9.52e-5],
      [document.break_even_rate, 0.01401],
      [document.improvement, 168],
      [document.loss.linear, 0.03917],
      [document.loss.cliff, 0.04094],
      [document.ratio_if_gain_lost, 2.975],
      [document.ratio_if_all_income_lost, 8],
      [document.full_time.seconds_to_suspension, 15.43],
      [document.before?.ratio ?? null, 0.017],
      [document.before?.mean_cheats_to_suspension ?? null, 1050],
      [document.before?.window?.cheats_per_window ?? null, 286.2],
    ];
    for (const [actual, expected] of figures) sameDigits(actual ?? Number.NaN, expected);
    for (const [name, factor] of Object.entries({ total: 168, rate: 14, suspension: 4, strikes: 3 }))
      sameDigits(document.improvement_by?.[name as "total"] ?? Number.NaN, factor);
    assert.equal(document.window, null, "nothing lapses where one strike suspends");
    assert.deepEqual(document.recommendation.stated, { rate: 0.04202, suspension_tempos: 22 });
    assert.deepEqual(
      document.verdict.filter(({ loses }) => !loses).map(({ gain, margin }) => [gain, margin]),
      [
        [1e-4, 0.2],
        [1e-4, 0.1],
        [1e-3, 1],
        [1e-3, 0.5],
        [1e-3, 0.2],
        [1e-3, 0.1],
      ],
    );
  });

  it("reads the same inputs from YAML, which flags override", async () => {
    const file = join(dir, "plan.yaml");
    writeFileSync(
      file,
      "rate: 1/25\nstakes: [44.40, 35.70, 7.09, 6.24, 4.49]\ngain: 1e-4\nmargin: 0.1\nbefore: { budget: 20@7000, strikes: 3, tempos: 5 }\n",
    );
    const [fromFile = assert.fail(), fromFlags = assert.fail()] = await batch(
      ["plan", "--file", file, "--margin", "1", "--json"],
      ["plan", ...example, "--json"],
    );
    assert.deepEqual(fromFile, fromFlags);
  });

  it("refuses a file that it cannot read, and a key that is none, by name", async () => {
    const file = join(dir, "wrong.yaml");
    writeFileSync(file, "incom_per_day: 1\n");
    const list = join(dir, "list.yaml");
    writeFileSync(list, "- 1\n");
    const outcomes = await batch(
      ["plan", "--file", file, "--json"],
      ["plan", "--file", list, "--json"],
      ["plan", "--file", join(dir, "none"), "--json"],
      ["plan", "--gain", "-1", "--json"],
    );
    const errors = outcomes.map(({ stdout, code }) => {
      const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
      return { code, error: error.code, text: error.message };
    });
    assert.deepEqual(
      errors.map(({ code, error }) => [code, error]),
      [
        [2, "usage"],
        [2, "usage"],
        [1, "file_unreadable"],
        [2, "usage"],
      ],
    );
    assert.ok(errors[0]?.text.includes("incom_per_day") && errors[0].text.includes("income_per_day"));
    assert.ok(errors[3]?.text.startsWith("gain: "));
  });

  it("explains every input in its help", async () => {
    const [help = assert.fail()] = await batch(["plan", "--help"]);
    for (const key of Object.keys(planFields))
      assert.match(help.stdout, new RegExp(`--${key.replaceAll("_", "-")} <`));
  });
});

/** The inputs that a refusal names. */
function refused(texts: Parameters<typeof readPlan>[0]): string[] {
  try {
    readPlan(texts);
  } catch (thrown) {
    assert.ok(thrown instanceof AssayError && thrown.problem.code === "usage");
    return thrown.problem.message.split("; ").map((fault) => fault.split(":")[0] ?? "");
  }
  return [];
}

describe("inputs", () => {
  const nonsense: [Parameters<typeof readPlan>[0], string[]][] = [
    [{ stakes: "60,40.1", ours: "1" }, ["stakes"]],
    [{ stakes: "60,0", ours: "1" }, ["stakes"]],
    [{ stakes: "60,,40", ours: "1" }, ["stakes"]],
    [{ stakes: Array(257).fill("0.1").join(","), ours: "1" }, ["stakes"]],
    [{ rate: "501/500" }, ["rate"]],
    [{ rate: "1.01" }, ["rate"]],
    [{ rate: "0" }, ["rate"]],
    [{ rate: "1e-2" }, ["rate"]],
    [{ others_rate: "2" }, ["others_rate"]],
    [{ gain: "-1e-4" }, ["gain"]],
    [{ gain: "0" }, ["gain"]],
    [{ gain: "much" }, ["gain"]],
    [{ gain: "1e999" }, ["gain"]],
    [{ income_per_day: "0" }, ["income_per_day"]],
    [{ margin: "1.01" }, ["margin"]],
    [{ margin: "0" }, ["margin"]],
    [{ margins: "1,2" }, ["margins"]],
    [{ ours: "6" }, ["ours"]],
    [{ ours: "0" }, ["ours"]],
    [{ strikes: "0" }, ["strikes"]],
    [{ strikes: "1.5" }, ["strikes"]],
    [{ strikes: "1001" }, ["strikes"]],
    [{ suspension_tempos: "0" }, ["suspension_tempos"]],
    [{ window_blocks: "0" }, ["window_blocks"]],
    [{ jobs_per_tempo: "0" }, ["jobs_per_tempo"]],
    [{ block_seconds: "0" }, ["block_seconds"]],
    [{ discount_per_day: "1.1" }, ["discount_per_day"]],
    [{ identity_cost: "-1" }, ["identity_cost"]],
    [{ cold_start_blocks: "-1" }, ["cold_start_blocks"]],
    [{ caught_gain: "maybe" }, ["caught_gain"]],
    [{ cheats: "0" }, ["cheats"]],
    [{ factor: "0" }, ["factor"]],
    [{ before: "budget:20@7000@1" }, ["before.budget"]],
    [{ before: "budget:0@7000" }, ["before.budget"]],
    [{ before: "rate:2" }, ["before.rate"]],
    [{ before: "days:1" }, ["before"]],
    [{ before: "constructor:1" }, ["before"]],
    [{ rate: "2", gain: "-1", stakes: "101", ours: "1" }, ["rate", "stakes", "gain"]],
  ];
  for (const [texts, names] of nonsense)
    it(`${JSON.stringify(texts).slice(0, 60)} is refused by name`, () =>
      assert.deepEqual(refused(texts), names));

  it("at their bounds are taken", () => {
    assert.deepEqual(
      refused({
        ...{ stakes: "60,40", ours: "2", rate: "500/500", margin: "1", strikes: "1000", identity_cost: "0" },
        ...{ cold_start_blocks: "0", discount_per_day: "1", cheats: "1", before: "budget:20@10" },
      }),
      [],
    );
    assert.equal(
      readPlan({ before: "budget:20@10" }).before?.rate,
      1,
      "more checks than jobs is all of them",
    );
    // 33.3 + 33.3 + 33.4 is 100 but for the last bit of a float.
    assert.deepEqual(refused({ stakes: "33.3,33.3,33.4", ours: "1" }), []);
  });

  it("left out are those of the configuration, and half a percent of a day's income", () => {
    const { judge, lanes, chain } = defaultConfig();
    assert.deepEqual(
      ["rate", "strikes", "window_blocks", "suspension_tempos", "tempo_blocks", "block_seconds"].map(
        (key) => planFields[key as keyof typeof planFields].usual,
      ),
      [
        lanes.groth16.rate,
        ...[judge.strikes, judge.window_blocks, judge.suspension_tempos, chain.tempo].map(String),
        String(chain.block_ms / 1000),
      ],
    );
    assert.equal(planFields.cold_start_blocks.usual, String(judge.cold_start_blocks));
    sameDigits(readPlan({ income_per_day: "4" }).gain, 0.02);
    assert.equal(readPlan({}).othersRate, 0.04);
    assert.equal(readPlan({ before: "tempos:5" }).before?.rate, 0.04);
  });
});

describe("what follows", () => {
  const of = (texts: Parameters<typeof readPlan>[0]) => plan(readPlan(texts));

  it("500 jobs a tempo: 143 and 400; 7,000: 1,999, 5,600, and 622 for compute against profit", () => {
    const ratios = (jobs: string, margin: number): Record<string, number | null> =>
      Object.fromEntries(
        of({ jobs_per_tempo: jobs })
          .verdict.filter((cell) => cell.margin === margin)
          .map(({ reading, ratio }) => [reading, ratio]),
      );
    const expected: [string, number, string, number][] = [
      ["500", 1, "a job's income from all validators", 142.8],
      ["500", 1, "a job's income from here", 400],
      ["7000", 1, "a job's income from all validators", 1999],
      ["7000", 1, "a job's income from here", 5600],
      ["7000", 0.1, "compute saved on a job here", 622.2],
    ];
    for (const [jobs, margin, reading, ratio] of expected)
      sameDigits(ratios(jobs, margin)[reading] ?? Number.NaN, ratio);
  });

  it("above half of the stake a suspension here costs all income, yet pays for its share of the jobs only", () => {
    const document = of({ stakes: "60,40", ours: "1", jobs_per_tempo: "500" });
    sameDigits(document.penalty_per_cheat, 0.04 * 0.02);
    const job = document.verdict.find(({ reading }) => reading === "a job's income from here");
    sameDigits(job?.gain ?? Number.NaN, (0.6 * 0.02) / 10_000);
  });

  it("the other validators may verify at a rate of their own", () => {
    const { loss } = of({ stakes: "40,30", ours: "1", others_rate: "1/2", cheats: "1" });
    sameDigits(loss.linear, 0.4 * 0.04 + 0.3 * 0.5);
    sameDigits(loss.any_detects, 1 - 0.96 * 0.5);
    sameDigits(loss.cliff_probability, 0.04 * 0.5);
  });

  it("more than twenty validators are sampled, and the error of it is told", () => {
    const stakes = Array(21).fill("4").join(",");
    const document = of({ stakes, ours: "1", cheats: "20" });
    assert.ok(document.loss.standard_error > 0 && document.loss.standard_error < 0.002);
    assert.match(planText(document), /standard error/);
    assert.doesNotMatch(planText(of({})), /standard error/);
  });

  it("an identity that is cheaper than the suspension caps it, and no suspension is recommended", () => {
    const document = of({ identity_cost: "0.001" });
    assert.equal(document.identity.binds, true);
    sameDigits(document.penalty_per_cheat, 0.04 * (0.001 + 0.00714 / 4));
    assert.equal(document.recommendation.stated.suspension_tempos, null);
    assert.equal(of({ identity_cost: "1" }).identity.binds, false);
  });

  it("the words name the assumption that decides", () => {
    const starts = (texts: Parameters<typeof readPlan>[0]): string => decisionLine(of(texts));
    assert.match(starts({}), /gain per cheat.*2\.856e-4.*margin.*35\.01 %/);
    assert.match(starts({ suspension_tempos: "10000" }), /every cheat loses/);
    assert.match(
      starts({ stakes: "0.000001", ours: "1", margins: "1", jobs_per_tempo: "1" }),
      /every cheat PAYS/,
    );
    assert.match(starts({ margins: "1" }), /gain per cheat.*margin alone changes nothing/);
  });

  it("docs/deterrence.md shows the table that the defaults print", () => {
    const page = readFileSync(resolve(import.meta.dirname, "../../../../docs/deterrence.md"), "utf8");
    const rows = verdictRows(of({}).verdict).map((row) => `| ${row.join(" | ")} |`);
    for (const row of rows) assert.ok(page.includes(row), row);
  });
});
