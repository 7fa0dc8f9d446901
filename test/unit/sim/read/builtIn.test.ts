import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, it, test } from "node:test";
import { parse } from "yaml";
import { scenarioJsonSchemaText } from "../../../../sim/read/jsonSchema.ts";
import { builtInScenarios, loadScenario, readScenario } from "../../../../sim/read/scenario.ts";

const root = resolve(import.meta.dirname, "../../../..");
const page = readFileSync(join(root, "docs/simulation.md"), "utf8");

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly default?: unknown;
  readonly const?: string;
  readonly enum?: readonly string[];
}

const schema = JSON.parse(scenarioJsonSchemaText()) as Node;

/** Cells of the rows of the table that has this head. */
function rowsOf(head: string): string[][] {
  const [, after = ""] = page.split(`\n${head}\n`);
  const [table = ""] = after.split("\n\n");
  const rows = table.split("\n").filter((row) => row.startsWith("| `"));
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

const unquoted = (cell = ""): string => cell.replaceAll("`", "");

function leaves({ properties, items, ...node }: Node, path: string): [string, Node][] {
  if (properties !== undefined)
    return Object.entries(properties).flatMap(([key, child]) =>
      leaves(child, path === "" ? key : `${path}.${key}`),
    );
  return items?.properties === undefined ? [[path, node]] : leaves(items, `${path}[]`);
}

/** What each alternative of a node is told by, and what else it takes. */
function alternatives(node: Node | undefined, by: string): [string, string[]][] {
  const { properties = {}, anyOf = [], oneOf = [] } = node ?? {};
  const told = properties[by];
  const names = told?.enum ?? (told?.const === undefined ? [] : [told.const]);
  const keys = Object.keys(properties).filter((key) => key !== by && key !== "at");
  return [
    ...names.map((name): [string, string[]] => [name, keys]),
    ...[...anyOf, ...oneOf].flatMap((one) => alternatives(one, by)),
  ];
}

describe("every built-in scenario", () => {
  const names = builtInScenarios();

  it("is one of the files of the folder, by name", () => {
    const files = readdirSync(join(root, "sim/scenarios"));
    assert.deepEqual(
      names.map((name) => `${name}.yaml`),
      files.toSorted(),
    );
    assert.ok(names.length >= 20);
  });

  for (const name of names)
    it(`${name} has a title, a story of some sentences, and its calculation`, () => {
      const scenario = loadScenario(name);
      assert.equal(scenario.name, name);
      assert.notEqual(scenario.title, name);
      const sentences = scenario.story.split(/[.:;](?: |$)/).filter((part) => part !== "");
      assert.ok(sentences.length >= 2 && scenario.story.length <= 600, scenario.story);
      assert.match(readFileSync(join(root, `sim/scenarios/${name}.yaml`), "utf8"), /^# /m);
    });

  it("has its own row in docs/simulation.md", () => {
    const told = rowsOf("| name | what it shows |").map(([name]) => unquoted(name));
    assert.deepEqual(told.toSorted(), names);
  });
});

describe("docs/simulation.md", () => {
  it("has a row for every key, with its default", () => {
    const rows = rowsOf("| key | default | meaning |");
    const known = leaves(schema, "");
    assert.deepEqual(
      rows.map(([key]) => unquoted(key)),
      known.map(([path]) => path),
    );
    for (const [i, [path, { default: usual }]] of known.entries()) {
      const cell = rows[i]?.[1] ?? "";
      if (usual === undefined) assert.equal(cell, "-", path);
      else if (typeof usual === "object") assert.deepEqual(parse(cell), usual, path);
      else assert.equal(String(parse(cell)), String(usual), path);
    }
  });

  it("has a row for every strategy and every event, with what it takes", () => {
    const tables: [string, string, Node | undefined][] = [
      ["| kind | besides | what it does |", "kind", schema.properties?.fleets?.items?.properties?.strategy],
      ["| do | besides | what happens |", "do", schema.properties?.events?.items],
    ];
    for (const [head, by, node] of tables) {
      const known = Object.fromEntries(alternatives(node, by).map(([name, keys]) => [name, keys.toSorted()]));
      const told = rowsOf(head).map(([name, besides]) => [
        unquoted(name),
        [...(besides ?? "").matchAll(/`(\w+)`/g)].map((match) => match[1] ?? "").toSorted(),
      ]);
      assert.deepEqual(Object.fromEntries(told), known);
    }
  });

  it("has an example that is one", () => {
    const [, example = ""] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
    const { fleets, events } = readScenario(example, "example.yaml");
    assert.equal(fleets.length, 3);
    assert.equal(events.length, 2);
  });
});

test("docs/scenario.schema.json is current", () => {
  const file = join(root, "docs/scenario.schema.json");
  const remake = `node -e 'process.stdout.write(require("./sim/read/jsonSchema.ts").scenarioJsonSchemaText())' > docs/scenario.schema.json`;
  assert.ok(readFileSync(file, "utf8") === scenarioJsonSchemaText(), `out of date; run: ${remake}`);
});
