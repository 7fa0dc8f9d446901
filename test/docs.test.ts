import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { problemTable } from "../src/core/problems/table.ts";
import { frameCodes } from "../src/http/stream/frameCodes.ts";

const root = resolve(import.meta.dirname, "..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");

function sources(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = join(folder, name);
    return statSync(join(root, path)).isDirectory() ? sources(path) : [read(path)];
  });
}

const code = sources("src").join("\n");
const docs = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));

test("every metric that a document names is registered in the code", () => {
  const names = docs.flatMap((doc) =>
    [...read(`docs/${doc}`).matchAll(/`(assay_[a-z_]+)`/g)].map((match) => match[1] ?? ""),
  );
  assert.ok(names.length > 0);
  assert.deepEqual(
    names.filter((name) => !code.includes(`"${name}"`)),
    [],
  );
});

test("the README's folder table names every folder of src", () => {
  const readme = read("README.md");
  const folders = readdirSync(join(root, "src"));
  assert.deepEqual(
    folders.filter((folder) => !readme.includes(`\`src/${folder}\``)),
    [],
  );
});

test("every source file and folder that a document names exists, but for placeholders in capitals", () => {
  const missing = ["README.md", ...docs.map((doc) => `docs/${doc}`)].flatMap((page) =>
    [...read(page).matchAll(/`((?:src|sim|test|bench|circuits)\/[\w/.-]*)`/g)]
      .map((match) => match[1] ?? "")
      .filter((path) => !/[A-Z]{4}/.test(path))
      .filter((path) => statSync(join(root, path), { throwIfNoEntry: false }) === undefined)
      .map((path) => `${page}: ${path}`),
  );
  assert.deepEqual(missing, []);
});

test("links between documents lead somewhere", () => {
  const pages = ["README.md", ...docs.map((doc) => `docs/${doc}`)];
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)#:]+)\)/g)]
      .map((match) => match[1] ?? "")
      .filter((target) => {
        const path = join(root, page, "..", target);
        return statSync(path, { throwIfNoEntry: false }) === undefined;
      })
      .map((target) => `${page}: ${target}`),
  );
  assert.deepEqual(broken, []);
});

test("every dependency has a row in docs/dependencies.md, pinned exactly in package.json", () => {
  const manifest = JSON.parse(read("package.json")) as Record<
    "dependencies" | "devDependencies",
    Record<string, string>
  >;
  const page = read("docs/dependencies.md");
  const all = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  assert.deepEqual(
    all.filter(([name]) => !page.includes(`\`${name}\``)),
    [],
  );
  assert.deepEqual(
    all.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
    [],
  );
});

test("docs/push.md has a row for each code of an error frame, with its meaning, and no other", () => {
  const [, table = ""] = read("docs/push.md").split("| code of an `error` frame | meaning |");
  const [rows = ""] = table.split("\n\n");
  const told = [...rows.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)].map(([, code, text]) => [code, text]);
  assert.deepEqual(Object.fromEntries(told), frameCodes);
});

test("the page for miners says what to do about every refusal that a miner can meet", () => {
  const page = read("docs/miner.md");
  // Only customers put jobs in.
  const others = new Set(["job_queue_full"]);
  const codes = Object.entries(problemTable)
    .filter(([, { status, blame }]) => status !== null && (blame === "miner" || blame === "validator"))
    .map(([code]) => code);
  assert.ok(codes.length > 30);
  assert.deepEqual(
    codes.filter((code) => !others.has(code) && !page.includes(`\`${code}\``)),
    [],
  );
});
