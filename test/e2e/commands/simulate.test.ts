import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import type { CampaignResult } from "../../../sim/campaign/result.ts";
import { builtInScenarios } from "../../../sim/read/scenario.ts";
import type { SimResult } from "../../../sim/result.ts";
import { until } from "../../support/until.ts";
import {
  removeDir,
  runAssay,
  type Spawned,
  spawnAssay,
  temporaryDir,
} from "../../support/validator/validator.ts";

// The simulator as its users meet it: real processes.

const dir = temporaryDir();
after(() => removeDir(dir));

function file(name: string, yaml: string): string {
  const path = join(dir, name);
  writeFileSync(path, yaml);
  return path;
}

const pace =
  "service: { low: 9s, high: 11s }, cheat: { low: 9s, high: 11s }, capacity: 1, cost_per_job: 1e-4";
const honest = `- { name: honest, count: 3, ${pace} }`;
const cheat = `- { name: cheat, count: 2, strategy: always, ${pace} }`;
const small = file("small.yaml", `title: A small one\nduration: 4h\nfleets:\n  ${honest}\n  ${cheat}\n`);
const endless = file("endless.yaml", `duration: 366d\nfleets:\n  ${honest}\n  ${cheat}\n`);

async function refused(
  args: readonly string[],
  status: number,
  ...words: readonly (string | RegExp)[]
): Promise<void> {
  const { code, stdout, stderr } = await runAssay(["simulate", ...args]);
  assert.deepEqual([code, stdout], [status, ""], stderr);
  for (const word of words)
    assert.ok(typeof word === "string" ? stderr.includes(word) : word.test(stderr), `${word} in ${stderr}`);
}

describe("what it can do", () => {
  it("help names its options, the campaign's, and what comes back", async () => {
    for (const [args, words] of [
      [
        ["simulate", "--help"],
        ["--seed", "--out", "--trace", "--rate", "--list", "campaign", "Ctrl-C", "Examples:"],
      ],
      [
        ["simulate", "campaign", "--help"],
        ["--seeds", "--first-seed", "--workers", "Exit status", "campaign.json"],
      ],
    ] as const) {
      const { code, stdout, stderr } = await runAssay(args);
      assert.deepEqual([code, stderr], [0, ""]);
      for (const word of words) assert.ok(stdout.includes(word), `${word} in ${stdout}`);
    }
  });

  it("--list names every built-in scenario with its title", async () => {
    const plain = await runAssay(["simulate", "--list"]);
    const { code, stdout } = await runAssay(["simulate", "--list", "--json"]);
    const rows = JSON.parse(stdout) as { name: string; title: string }[];
    assert.deepEqual([plain.code, code], [0, 0]);
    assert.deepEqual(
      rows.map(({ name }) => name),
      builtInScenarios(),
    );
    for (const { name, title } of rows)
      assert.match(
        plain.stdout,
        new RegExp(`^${name} +${title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`, "m"),
      );
  });
});

describe("what is refused", () => {
  it("an unknown scenario, with the nearest", () =>
    refused(["budget-50"], 2, 'no scenario "budget-50"', "did you mean budget-500?", "(usage)"));

  it("no scenario at all", () => refused([], 2, "--list"));
  it("a campaign with the flags of one run", () => refused(["campaign", "--seed", "5"], 2, "--first-seed"));

  it("a rate that is none, and a seed that is none", async () => {
    await refused([small, "--rate", "4 %"], 2, '--rate "4 %"');
    await refused([small, "--seed", "-1"], 2, "--seed");
  });

  it("a file that is not there", () =>
    refused([join(dir, "nowhere.yaml")], 1, "nowhere.yaml", "(config_unreadable)"));

  it("a file with faults: all of them, each with its path, and YAML's own with line and column", async () => {
    const yaml =
      "duration: 4 hours\nfleets:\n  - { name: a, strategy: { kind: trickle, cheets: 3 } }\n  - { name: A }\n";
    const paths = ["duration: ", "fleets.0.strategy.cheets: ", 'did you mean "cheats"?', "fleets.1.name: "];
    await refused([file("faults.yaml", yaml)], 1, "faults.yaml:", ...paths, "(config_invalid)");
    await refused(
      [file("syntax.yaml", "duration: [1\nfleets: 3\n")],
      1,
      /line \d+, column \d+/,
      "(config_invalid)",
    );
  });

  it("with --json as one document", async () => {
    const { code, stdout, stderr } = await runAssay(["simulate", "budget-50", "--json"]);
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
    assert.deepEqual([code, error.code, stderr], [2, "usage", ""]);
    assert.match(error.message, /budget-500/);
  });

  it("a folder that cannot be", () =>
    refused([small, "--out", join(small, "below")], 1, "small.yaml/below", "(failed)"));
});

describe("a run", () => {
  it("prints text with every strategy and, with --miners, every miner", async () => {
    const { code, stdout, stderr } = await runAssay(["simulate", small, "--miners"]);
    assert.deepEqual([code, stderr], [0, ""]);
    for (const word of ["A small one", "honest", "always", "honest-3", "cheat-2"])
      assert.ok(stdout.includes(word), stdout);
  });

  it("writes its files whole, and prints one document, the same", async () => {
    const out = join(dir, "run");
    const { code, stdout, stderr } = await runAssay([
      "simulate",
      small,
      "--seed",
      "7",
      "--json",
      "--out",
      out,
    ]);
    assert.equal(code, 0, stderr);
    assert.ok(stderr.includes(`written to ${out}`));
    assert.deepEqual(readdirSync(out).toSorted(), ["report.html", "result.json", "trace.ndjson"]);
    const document = JSON.parse(stdout) as SimResult;
    assert.deepEqual(JSON.parse(readFileSync(join(out, "result.json"), "utf8")), document);
    assert.deepEqual([document.seed, document.complete, document.scenario], [7, true, "small"]);
    const html = readFileSync(join(out, "report.html"), "utf8");
    assert.ok(html.startsWith("<!doctype html>") && html.trimEnd().endsWith("</html>"));
    assert.ok(html.includes(document.trace_sha256));
    const events = linesOf(join(out, "trace.ndjson")).map(({ event }) => event);
    assert.deepEqual(new Set(events), new Set(["strike", "suspended", "paid", "ended"]));
    assert.equal(events.at(-1), "ended");
  });

  it("takes other settings than the scenario's", async () => {
    const rate = async (...args: readonly string[]): Promise<number | undefined> => {
      const { stdout } = await runAssay(["simulate", small, "--json", ...args]);
      return (JSON.parse(stdout) as SimResult).validators[0]?.design_rate;
    };
    assert.deepEqual([await rate(), await rate("--rate", "1/10")], [0.04, 0.1]);
  });

  it("that cannot write its trace to the end says so, and writes no result", async () => {
    const out = join(dir, "full");
    const spawned = spawnAssay(["simulate", small, "--trace", "all", "--out", out], {}, 100);
    const [code] = (await once(spawned.process, "close")) as [number | null];
    assert.equal(code, 1);
    assert.match(spawned.stderr(), /trace\.ndjson: .*\(failed\)/);
    assert.deepEqual(readdirSync(out), ["trace.ndjson"]);
  });
});

function linesOf(path: string): Record<string, unknown>[] {
  const text = readFileSync(path, "utf8");
  assert.ok(text.endsWith("\n"));
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Waits for what shows that the work has begun, then sends Ctrl-C; the exit status. */
async function interrupt(spawned: Spawned, hasBegun: () => boolean): Promise<number | null> {
  const closed = once(spawned.process, "close") as Promise<[number | null]>;
  await until(() => hasBegun() || spawned.process.exitCode !== null);
  spawned.process.kill("SIGINT");
  const [code] = await closed;
  return code;
}

describe("Ctrl-C", () => {
  it("keeps what was simulated so far as a result of as much time", async () => {
    const out = join(dir, "cut");
    const trace = join(out, "trace.ndjson");
    const spawned = spawnAssay(["simulate", endless, "--trace", "all", "--json", "--out", out]);
    const code = await interrupt(spawned, () => existsSync(trace) && statSync(trace).size > 0);
    assert.equal(code, 1, spawned.stderr());
    assert.match(spawned.stderr(), /interrupted/);
    const document = JSON.parse(spawned.stdout()) as SimResult;
    assert.deepEqual(JSON.parse(readFileSync(join(out, "result.json"), "utf8")), document);
    assert.equal(document.complete, false);
    assert.ok(document.simulated_ms > 0 && document.simulated_ms < document.duration_ms);
    assert.ok(document.submissions > 0 && document.strategies.length === 2);
    const lines = linesOf(trace);
    assert.ok(lines.length > 10);
    assert.deepEqual([lines.at(-1)?.event, lines.at(-1)?.at_ms], ["ended", document.simulated_ms]);
    assert.deepEqual(readdirSync(out).toSorted(), ["report.html", "result.json", "trace.ndjson"]);
  });

  it("ends a campaign with the seeds that had ended", async () => {
    const out = join(dir, "cut-campaign");
    const args = ["simulate", "campaign", endless, "--seeds", "3", "--workers", "2", "--out", out];
    const spawned = spawnAssay(args);
    assert.equal(await interrupt(spawned, () => existsSync(out)), 1, spawned.stderr());
    assert.deepEqual(readdirSync(out).toSorted(), ["campaign.html", "campaign.json"]);
    const { complete, seeds, traces, strategies } = campaignOf(out);
    assert.deepEqual(
      { complete, seeds, traces, strategies },
      { complete: false, seeds: [1, 2, 3], traces: [], strategies: [] },
    );
  });
});

const campaignOf = (out: string): CampaignResult =>
  JSON.parse(readFileSync(join(out, "campaign.json"), "utf8")) as CampaignResult;

it("earlier results are replaced only with --force", async () => {
  const out = join(dir, "kept");
  const args = ["simulate", small, "--duration", "1h", "--out", out];
  assert.equal((await runAssay(args)).code, 0);
  const before = readFileSync(join(out, "result.json"), "utf8");
  const again = await runAssay([...args, "--seed", "9"]);
  assert.deepEqual([again.code, /result\.json exists.*--force/.test(again.stderr)], [1, true], again.stderr);
  assert.equal(readFileSync(join(out, "result.json"), "utf8"), before);
  assert.equal((await runAssay([...args, "--seed", "9", "--force"])).code, 0);
  assert.notEqual(readFileSync(join(out, "result.json"), "utf8"), before);
});

describe("a campaign", () => {
  const two = ["--seeds", "2", "--workers", "2"];

  it("is good where every cheat loses", async () => {
    const out = join(dir, "good");
    const { code, stdout, stderr } = await runAssay([
      "simulate",
      "campaign",
      small,
      ...two,
      "--first-seed",
      "11",
      "--out",
      out,
    ]);
    assert.equal(code, 0, stderr + stdout);
    assert.match(stdout, /always.*loses/);
    assert.deepEqual(readdirSync(out).toSorted(), ["campaign.html", "campaign.json"]);
    const { complete, seeds, traces, strategies, honest_suspensions } = campaignOf(out);
    assert.deepEqual(
      { complete, seeds, honest_suspensions },
      { complete: true, seeds: [11, 12], honest_suspensions: 0 },
    );
    assert.deepEqual(
      traces.map(({ seed }) => seed),
      [11, 12],
    );
    assert.deepEqual(
      strategies.map(({ strategy, verdict }) => [strategy, verdict]),
      [["always", "loses"]],
    );
  });

  it("is not where one profits, and prints one document with --json", async () => {
    const rare = `{ rate: 1/1000000, floor: 1/1000000, classes: { cold_start: 1/1000000, struck: 1/1000000 } }`;
    const yaml = `duration: 4h\nvalidators: [{ name: main, settings: ${rare} }]\nfleets:\n  ${honest}\n  ${cheat}\n`;
    const { code, stdout } = await runAssay([
      "simulate",
      "campaign",
      file("weak.yaml", yaml),
      ...two,
      "--json",
    ]);
    const { strategies, complete } = JSON.parse(stdout) as CampaignResult;
    assert.deepEqual([code, complete], [1, true]);
    assert.deepEqual(
      strategies.map(({ strategy, verdict }) => [strategy, verdict]),
      [["always", "profits"]],
    );
  });
});
