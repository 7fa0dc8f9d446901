import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";

const root = resolve(import.meta.dirname, "..");
const page = readFileSync(join(root, "SECURITY.md"), "utf8");
const rows = page.split("\n").filter((line) => /^\| [^-]/.test(line) && !line.startsWith("| promise |"));
const named = [...page.matchAll(/`(test\/[\w/.]+\.test\.ts)`: "([^"]+)"/g)].map(
  ([, file = "", name = ""]) => ({
    file,
    name,
  }),
);

/** Names of tests as their files write them; one that is made of a template counts from its first fixed part on. */
function hasTest(text: string, name: string): boolean {
  return [...text.matchAll(/\b(?:test|it)\(\s*(["`])((?:(?!\1).)+)\1/g)].some(([, , written = ""]) => {
    const fixed = written.replace(/^\$\{[^}]*\}:? ?/, "");
    return fixed === name;
  });
}

test("every promise of SECURITY.md names the test that shows it", () => {
  assert.ok(rows.length > 30, `${rows.length} promises`);
  assert.deepEqual(
    rows.filter((row) => !/`test\/[\w/.]+\.test\.ts`: "[^"]+" ?/.test(row)),
    [],
  );
});

test("every test that SECURITY.md names exists, by file and name", () => {
  const missing = named
    .filter(({ file, name }) => {
      const path = join(root, file);
      if (statSync(path, { throwIfNoEntry: false }) === undefined) return true;
      return !hasTest(readFileSync(path, "utf8"), name);
    })
    .map(({ file, name }) => `${file}: ${name}`);
  assert.deepEqual(missing, []);
});

test("links of SECURITY.md lead somewhere, and the README has one to it", () => {
  const targets = [...page.matchAll(/\]\(([^)#:]+)/g)].map(([, target = ""]) => target);
  assert.ok(targets.length > 0);
  for (const target of targets) assert.ok(statSync(join(root, target)).isFile(), target);
  assert.match(readFileSync(join(root, "README.md"), "utf8"), /\(SECURITY\.md\)/);
});
