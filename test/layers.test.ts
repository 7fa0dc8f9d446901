import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";

const root = resolve(import.meta.dirname, "..");
const src = join(root, "src");
const sim = join(root, "sim");
const web = join(root, "web");

/** Which folders of src a folder may import; a folder imports itself freely. */
const stage = ["core", "flow", "epistula", "pool"];
const parts = [
  ...["config", "challenge", "admit", "dispatch", "sample", "verify", "judge", "weigh", "economics", "lanes"],
  ...["store", "chain", "http", "dial", "observe", "keys"],
];
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  flow: ["core"],
  config: ["core"],
  epistula: ["core", "flow"],
  pool: ["core", "flow"],
  challenge: stage,
  admit: stage,
  dispatch: stage,
  sample: stage,
  verify: stage,
  judge: stage,
  weigh: stage,
  economics: stage,
  lanes: stage,
  store: ["core", "flow"],
  chain: ["core", "flow"],
  http: ["core", "flow"],
  dial: ["core", "flow"],
  observe: ["core"],
  keys: ["core"],
  validator: [...stage, ...parts],
  miner: [...stage, "lanes", "keys"],
  audit: [...stage, "sample", "economics", "lanes", "keys"],
  demo: ["core", "flow", "keys", "miner", "validator"],
  cli: [
    ...["core", "flow", "config", "challenge", "economics", "lanes", "observe", "http", "chain"],
    ...["keys", "validator", "miner", "audit", "demo"],
  ],
};

/** The simulator stands beside src and is built from the same parts as a validator; nothing in src imports it. */
const allowedInSim = [...(allowed.validator ?? []), "validator"];

/** The dashboard takes types from the HTTP contract, and closed forms; nothing in src imports it. */
const typesInWeb = ["http"];
const allowedInWeb = ["economics"];
/** Its audits run the rules of the command, which are handed hashes and keys; a test bundles them and finds nothing of Node in them. */
const allowedInWebAudit = ["audit/log/", "core/"].map((folder) => join(src, folder, "/"));

function filesUnder(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return filesUnder(path);
    return /\.(ts|tsx|js|mjs|cjs)$/.test(name) ? [path] : [];
  });
}

/** Every module specifier of a source text: static, type-only, side-effect and dynamic imports, re-exports. */
function specifiersOf(text: string): string[] {
  const patterns = [
    /\b(?:import|export)\s[^"';]*?\bfrom\s*["']([^"']+)["']/g,
    /\bimport\s*["']([^"']+)["']/g,
    /\bimport\s*\(\s*["']([^"']+)["']/g,
    /\brequire\s*\(\s*["']([^"']+)["']/g,
  ];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ""));
}

/** The specifiers that remain when types are gone. */
const valuesIn = (text: string): string[] =>
  specifiersOf(text.replace(/\b(?:import|export)\s+type\s[^"';]*?\bfrom\s*["'][^"']+["']/g, ""));

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
}

const files = filesUnder(src);
const simFiles = filesUnder(sim);
const webFiles = filesUnder(web);
const folderOf = (file: string): string => relative(src, file).split("/")[0] ?? "";
function edgesOf(file: string): Edge[] {
  const text = readFileSync(file, "utf8");
  const values = new Set(valuesIn(text));
  return specifiersOf(text)
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => ({
      from: file,
      to: resolve(dirname(file), specifier),
      isType: !values.has(specifier),
    }));
}

const everyFile = [...files, ...simFiles, ...webFiles];
const edges: Edge[] = everyFile.flatMap(edgesOf);

function isWebFault({ from, to, isType }: Edge): boolean {
  if (to.startsWith(`${web}/`)) return false;
  if (from.startsWith(`${web}/audit/`) && allowedInWebAudit.some((folder) => to.startsWith(folder)))
    return false;
  if (!to.startsWith(`${src}/`)) return true;
  return !allowedInWeb.includes(folderOf(to)) && !(isType && typesInWeb.includes(folderOf(to)));
}

test("the reader of imports sees every kind of import", () => {
  const text = `import a from "./a.ts";\nimport type { B } from './b.ts';\nimport "./c.ts";\nexport { d } from "./d.ts";\nconst e = await import("./e.ts");\nimport {\n  f,\n} from "./f.ts";`;
  assert.deepEqual(specifiersOf(text).sort(), ["./a.ts", "./b.ts", "./c.ts", "./d.ts", "./e.ts", "./f.ts"]);
  assert.deepEqual(valuesIn(text).sort(), ["./a.ts", "./c.ts", "./d.ts", "./e.ts", "./f.ts"]);
});

test("every folder of src has a row in the import table", () => {
  const folders = readdirSync(src).filter((name) => statSync(join(src, name)).isDirectory());
  assert.deepEqual(
    folders.filter((folder) => !(folder in allowed)),
    [],
  );
  assert.deepEqual(
    files.filter((file) => dirname(file) === src),
    [],
    "no file stands outside a folder",
  );
});

test("imports follow the table", () => {
  const faults = edges
    .filter((edge) => {
      const { from, to } = edge;
      if (from.startsWith(`${web}/`)) return isWebFault(edge);
      if (from.startsWith(`${sim}/`))
        return !to.startsWith(`${sim}/`) && !allowedInSim.includes(folderOf(to));
      const target = relative(src, to);
      if (target.startsWith("..")) return true;
      return folderOf(from) !== folderOf(to) && !allowed[folderOf(from)]?.includes(folderOf(to));
    })
    .map(({ from, to }) => `${relative(root, from)} -> ${relative(root, to)}`);
  assert.deepEqual(faults, []);
});

test("a lane imports no other lane", () => {
  const laneOf = (file: string): string => relative(join(src, "lanes"), file).split("/")[0] ?? "";
  const faults = edges.filter(
    ({ from, to }) =>
      folderOf(from) === "lanes" &&
      folderOf(to) === "lanes" &&
      laneOf(from).indexOf(".") < 0 &&
      laneOf(from) !== laneOf(to),
  );
  assert.deepEqual(faults, []);
});

function cycleFrom(start: string, graph: ReadonlyMap<string, readonly string[]>): string[] | null {
  const path: string[] = [];
  const done = new Set<string>();
  const visit = (file: string): string[] | null => {
    const at = path.indexOf(file);
    if (at >= 0) return [...path.slice(at), file];
    if (done.has(file)) return null;
    path.push(file);
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next);
      if (cycle !== null) return cycle;
    }
    path.pop();
    done.add(file);
    return null;
  };
  return visit(start);
}

test("no import cycles", () => {
  const all = everyFile;
  const graph = new Map(
    all.map((file) => [file, edges.filter((edge) => edge.from === file).map((edge) => edge.to)]),
  );
  const cycle = all.map((file) => cycleFrom(file, graph)).find((found) => found !== null);
  assert.equal(cycle?.map((file) => relative(root, file)).join(" -> "), undefined);
});

test("clock and randomness are read only in core's adapters", () => {
  const adapters = new Set([
    ...[join(src, "core/clock.ts"), join(src, "core/random.ts")],
    join(web, "live/clock.ts"),
    join(web, "audit/audit.worker.ts"),
  ]);
  const faults = everyFile
    .filter((file) => !adapters.has(file))
    .filter((file) =>
      /\bDate\.now\b|\bMath\.random\b|\bperformance\.now\b|\bnew Date\(\)/.test(readFileSync(file, "utf8")),
    )
    .map((file) => relative(root, file));
  assert.deepEqual(faults, []);
});

test("files of src, sim and web stay small enough to read", () => {
  const long = everyFile
    .map((file) => ({ file: relative(root, file), lines: readFileSync(file, "utf8").split("\n").length }))
    .filter(({ lines }) => lines > 300);
  assert.deepEqual(long, []);
});
