import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { ruleFile } from "../../support/ops/queries.ts";

const root = resolve(import.meta.dirname, "../../..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const runbook = read("docs/runbook.md");
/** Rules of the program itself stand under this heading, and are not Prometheus's. */
const OWN_ALERTS = "## Alerts of the validator itself";
const [ofPrometheus = "", ofProgram] = runbook.split(`\n${OWN_ALERTS}\n`);
const rules = ruleFile().groups.flatMap((group) => group.rules);

const code = globSync("src/**/*.ts", { cwd: root }).map(read).join("\n");

test("the runbook has a section per rule and no other, and each says what it means, costs, shows and asks for", () => {
  assert.ok(ofProgram !== undefined, `docs/runbook.md has no heading "${OWN_ALERTS}"`);
  const sections = ofPrometheus.split(/^### /m).slice(1);
  assert.deepEqual(
    sections.map((section) => section.split("\n", 1)[0]),
    rules.map(({ alert }) => alert),
    "in the order of the rules",
  );
  for (const section of sections)
    for (const part of ["**Means.**", "**Meanwhile.**", "**Look.**", "**Do.**"])
      assert.ok(section.includes(part), `${section.split("\n", 1)[0]}: ${part}`);
});

test("codes, log lines and settings that the runbook names are the program's", () => {
  const keys = [...ofPrometheus.matchAll(/`((?:[a-z_]+\.)+[a-z_]+)(?::[^`]*)?`/g)].map(
    ([, name = ""]) => name,
  );
  const words = [...ofPrometheus.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, name = ""]) => name);
  assert.ok(keys.length > 5 && words.length > 20);
  const known = new RegExp(`\\b(${[...words, ...keys.flatMap((key) => key.split("."))].join("|")})\\b`, "g");
  const found = new Set([...code.matchAll(known)].map(([word]) => word));
  const ofOthers = new Set(["pg_stat_activity", "pg_stat_replication", "job_name"]);
  assert.deepEqual(
    words.filter((word) => !found.has(word) && !ofOthers.has(word)),
    [],
  );
  assert.deepEqual(
    keys.filter((key) => !key.split(".").every((part) => found.has(part))),
    [],
  );
});

test("commands that the runbook names exist", () => {
  const commands = [...ofPrometheus.matchAll(/(?:`|^)assay ([a-z]+)(?: ([a-z]+))?/gm)];
  assert.ok(commands.length > 20);
  const made = new Set([...code.matchAll(/new Command\("(\w+)"\)/g)].map(([, name = ""]) => name));
  // `assay nodes drain` and its like are made by one function.
  for (const order of ["cordon", "uncordon", "drain"]) if (code.includes(`"${order}"`)) made.add(order);
  assert.deepEqual(
    commands
      .flatMap(([, ...words]) => words)
      .filter((word): word is string => word !== undefined && !made.has(word)),
    [],
  );
});
