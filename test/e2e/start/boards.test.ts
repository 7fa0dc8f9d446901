import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { before, test } from "node:test";
import { type Exposed, exposedByAll } from "../../support/ops/exposed.ts";
import { type CheckedQuery, checkedQuery } from "../../support/ops/promql/checked.ts";
import { allQueries, type NamedQuery } from "../../support/ops/queries.ts";
import { testDatabases } from "../../support/store/postgresDatabases.ts";

// Boards and rules rot when metrics change: every query is read by a PromQL parser and compared with what validators expose.

const databases = testDatabases();
const root = resolve(import.meta.dirname, "../../..");
const sources = globSync("src/**/*.ts", { cwd: root }).map((file) => readFileSync(join(root, file), "utf8"));
const code = sources.join("\n");

let exposed: Exposed;
let checked: readonly (NamedQuery & CheckedQuery)[];

before(async () => {
  const ends: (() => unknown)[] = [];
  exposed = await exposedByAll(ends, await databases.get()).finally(async () => {
    for (const end of ends.reverse()) await end();
  });
  checked = allQueries().map((query) => ({ ...query, ...checkedQuery(query.expr, exposed) }));
});

test("every query names metrics and labels that a validator exposes, and is of the right kind", () => {
  assert.ok(checked.length > 150, `${checked.length} queries`);
  assert.deepEqual(
    checked.flatMap(({ where, faults }) => faults.map((fault) => `${where}: ${fault}`)),
    [],
  );
});

test("every metric that a validator exposes is in a board or a rule", () => {
  const used = new Set(checked.flatMap(({ metrics }) => [...metrics]));
  assert.deepEqual(
    [...exposed.keys()].filter((name) => !used.has(name)),
    [],
    "add a panel or a rule in ops/table for each, and run `npm run ops`",
  );
});

test("legends and alerts fill in labels that their query has", () => {
  assert.deepEqual(
    checked.flatMap(({ where, labels, filledIn }) =>
      filledIn.filter((label) => !labels.has(label)).map((label) => `${where}: ${label}`),
    ),
    [],
  );
});

test("the values that labels are compared with are words of the program", () => {
  const isWord = (value: string): boolean =>
    /^(\d+|true|false)$/.test(value) || code.includes(`"${value}"`) || code.includes(`\n  ${value}: {`);
  const own = new Set(["job", "instance", "alertstate", "service", "severity"]);
  assert.deepEqual(
    checked.flatMap(({ where, values }) =>
      values
        .filter(({ label, value }) => !own.has(label) && !isWord(value))
        .map(({ label, value }) => `${where}: ${label}="${value}"`),
    ),
    [],
  );
});

test("every metric that the code registers was exposed by one of the validators that were started", () => {
  const registered = [...code.matchAll(/\.(?:counter|gauge|histogram)\(\s*"(assay_\w+)"/g)].map(
    ([, name = ""]) => name,
  );
  assert.ok(registered.length > 90, `${registered.length} metrics`);
  assert.deepEqual(
    registered.filter((name) => !exposed.has(name)),
    [],
    "start a validator that has them in test/support/ops/exposed.ts",
  );
});
