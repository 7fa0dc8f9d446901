import { parse } from "yaml";
import type { FormChoice } from "./metricsSchema.ts";
import { nearest } from "./nearest.ts";
import { nameOfValueFile, readValueFile } from "./valueFile.ts";

type Tree = Record<string, unknown>;

const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `admit.gate.wait_ms` is set by `ASSAY_ADMIT_GATE_WAIT_MS`. */
export function variableName(path: readonly string[]): string {
  return `ASSAY_${path.join("_").toUpperCase()}`;
}

/** The paths of all leaves of a complete configuration. */
export function leafPaths(tree: Tree, prefix: readonly string[] = []): string[][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    isTree(value) ? leafPaths(value, [...prefix, key]) : [[...prefix, key]],
  );
}

/** The paths of a choice: that of its value as a whole, and those of the keys of each form. */
function choicePaths({ path, forms }: FormChoice): string[][] {
  return [[...path], ...forms.flat().map((key) => [...path, key])];
}

function leafAt(tree: Tree, path: readonly string[]): unknown {
  return path.reduce<unknown>((node, key) => (isTree(node) ? node[key] : undefined), tree);
}

/** A missing branch is created from the defaults, so that setting one tier does not drop the others. */
function assign(tree: Tree, path: readonly string[], value: unknown, complete: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) {
    tree[key] = value;
    return;
  }
  const whole = isTree(complete) ? complete[key] : undefined;
  tree[key] ??= structuredClone(whole) ?? {};
  const branch = tree[key];
  // A value that is not a mapping is left for the schema to refuse.
  if (isTree(branch)) assign(branch, rest, value, whole);
}

/** Empties a choice's value where the environment sets a key of another form. Returns a fault when it sets two forms. */
function settleChoice(raw: Tree, env: NodeJS.ProcessEnv, { path, forms, fault }: FormChoice): string[] {
  const isSet = (at: readonly string[]): boolean => env[variableName(at)] !== undefined;
  const named = forms.filter((keys) => keys.some((key) => isSet([...path, key])));
  if (named.length + Number(isSet(path)) > 1) {
    const variables = choicePaths({ path, forms, fault }).filter(isSet).map(variableName);
    return [`${variables.join(" and ")} exclude each other: ${path.join(".")} ${fault}; set one of them`];
  }
  const [form] = named;
  const current = leafAt(raw, path);
  const isOfForm = isTree(current) && Object.keys(current).every((key) => form?.includes(key));
  if (form !== undefined && !isOfForm) assign(raw, path, {}, {});
  return [];
}

/**
 * Applies the `ASSAY_*` variables to a raw configuration. `complete` is a full configuration that shows which keys exist: a
 * text key takes the variable as it is, any other key reads it as YAML. With `_FILE` after its name the value is in that file,
 * unless that is the name of a key itself. Returns faults.
 */
export function applyEnvironment(
  raw: Tree,
  env: NodeJS.ProcessEnv,
  complete: Tree,
  choices: readonly FormChoice[] = [],
): string[] {
  const paths = [...leafPaths(complete), ...choices.flatMap(choicePaths)];
  const byName = new Map(paths.map((path) => [variableName(path), path]));
  const faults = choices.flatMap((choice) => settleChoice(raw, env, choice));
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith("ASSAY_") || text === undefined) continue;
    // Those of the project's own tests.
    if (name.startsWith("ASSAY_TEST_")) continue;
    const given = givenBy(name, text, env, byName);
    if ("fault" in given) faults.push(`${name}: ${given.fault}`);
    else if (!set(raw, given, complete)) faults.push(`${name}: the value is not valid YAML`);
  }
  return faults;
}

interface Given {
  readonly path: readonly string[];
  readonly text: string;
}

/** The key that a variable sets, and its value or that of the file that it names. */
function givenBy(
  name: string,
  text: string,
  env: NodeJS.ProcessEnv,
  byName: ReadonlyMap<string, readonly string[]>,
): Given | { readonly fault: string } {
  const path = byName.get(name);
  if (path !== undefined) return { path, text };
  const of = nameOfValueFile(name);
  const pathOfFile = of === null ? undefined : byName.get(of);
  if (of === null || pathOfFile === undefined)
    return { fault: `unknown variable; did you mean ${nearest(name, [...byName.keys()])}?` };
  if (env[of] !== undefined) return { fault: `${of} is set too; set one of them` };
  const read = readValueFile(text);
  return "fault" in read ? read : { path: pathOfFile, text: read.text };
}

/** False where the value cannot be read. */
function set(raw: Tree, { path, text }: Given, complete: Tree): boolean {
  try {
    const leaf = leafAt(complete, path);
    // A key that is not in the default, because the default has another form, is text.
    assign(raw, path, typeof leaf === "string" || leaf === undefined ? text : parse(text), complete);
    return true;
  } catch {
    return false;
  }
}
