import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { loadScenario, readScenario } from "../../../../sim/read/scenario.ts";
import { TEXT_MAX_BYTES } from "../../../../sim/read/yaml.ts";
import { problemOf } from "../../../support/thrown.ts";
import { removeDir, temporaryDir } from "../../../support/validator/validator.ts";

const one = "fleets: [{ name: a }]";

async function faultsOf(yaml: string): Promise<readonly string[]> {
  const problem = await problemOf(() => readScenario(yaml, "hostile.yaml"));
  assert.equal(problem.code, "config_invalid");
  return "faults" in problem ? problem.faults : assert.fail("no faults");
}

async function pathsOf(yaml: string): Promise<string[]> {
  return (await faultsOf(yaml)).map((fault) => fault.slice(0, fault.indexOf(": ")));
}

describe("hostile texts", () => {
  it("are refused when they are too long", async () => {
    const padded = (bytes: number): string => one.padEnd(bytes, " ");
    readScenario(padded(TEXT_MAX_BYTES), "long.yaml");
    assert.deepEqual(await pathsOf(padded(TEXT_MAX_BYTES + 1)), ["(top level)"]);
    assert.deepEqual(await pathsOf(`${one} # ${"\u00e4".repeat(TEXT_MAX_BYTES / 2)}`), ["(top level)"]);
  });

  it("do not multiply themselves", async () => {
    const levels = Array.from({ length: 9 }, (_, i) => {
      const items = Array.from({ length: 9 }, () => (i === 0 ? "x" : `*l${i - 1}`));
      return `l${i}: &l${i} [${items.join(", ")}]`;
    });
    assert.deepEqual(await pathsOf(levels.join("\n")), ["(top level)"]);
    assert.deepEqual(await pathsOf("fleets: &a [*a]"), ["fleets.0"]);
  });

  it("of great depth, or with faults without end, have a report of some lines", async () => {
    for (const text of [
      "[".repeat(20_000),
      `${"- ".repeat(20_000)}a`,
      "{a: ".repeat(20_000),
      "]\n".repeat(5000),
    ]) {
      const faults = await faultsOf(text);
      assert.ok(faults.length >= 1 && faults.length <= 51, `${faults.length} faults`);
    }
  });

  it("with very many keys take no square of them", async () => {
    const keys = Array.from({ length: 9000 }, (_, i) => `k${i}: 1`);
    const faults = await faultsOf(keys.join("\n"));
    assert.equal(faults.length, 51);
    assert.equal(faults[50], "(top level): 8951 more faults");
  });
});

describe("a scenario is loaded", () => {
  const dir = temporaryDir();
  after(() => removeDir(dir));

  it("by its name, or from a file with ending or folder", async () => {
    assert.equal(loadScenario("outage-ours").name, "outage-ours");
    const file = join(dir, "own.scenario.yaml");
    writeFileSync(file, one);
    assert.equal(loadScenario(file).name, "own.scenario");
  });

  it("not under an unknown name: the nearest is named, and all of them", async () => {
    const problem = await problemOf(() => loadScenario("outage-our"));
    assert.equal(problem.code, "usage");
    const message = "message" in problem ? problem.message : "";
    assert.match(message, /did you mean outage-ours\?/);
    for (const name of ["strategies", "budget-500"]) assert.ok(message.includes(name), name);
  });

  it("not from what is no file, or too long a one", async () => {
    const folder = join(dir, "folder.yaml");
    mkdirSync(folder);
    for (const file of [join(dir, "missing.yaml"), folder, "/dev/zero"]) {
      const problem = await problemOf(() => loadScenario(file));
      assert.equal(problem.code, "config_unreadable");
      assert.equal("file" in problem && problem.file, file);
    }
    const file = join(dir, "long.yaml");
    writeFileSync(file, "#".repeat(TEXT_MAX_BYTES + 1));
    assert.equal((await problemOf(() => loadScenario(file))).code, "config_invalid");
  });
});
