import { parse } from "yaml";
import type { Choice } from "./metricsSchema.ts";
import { nearest } from "./nearest.ts";

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

/** The paths of a choice: of its value as a whole, and of the keys of each form. */
function choicePaths({ path, forms }: Choice): string[][] {
  return [[...path], ...forms.flat().map((key) => [...path, key])];
}

function leafAt(tree: Tree, path: readonly string[]): unknown {
  return path.reduce<unknown>((node, key) => (isTree(node) ? node[key] : undefined), tree);
}

/** A branch that is not there yet starts complete, so that setting one tier does not drop the others. */
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
  // What is no branch is left for the schema to refuse.
  if (isTree(branch)) assign(branch, rest, value, whole);
}

/** Empties a choice's value where the environment names a key of another form. Returns the fault of naming two forms. */
function settleChoice(raw: Tree, env: NodeJS.ProcessEnv, { path, forms, fault }: Choice): string[] {
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
 * Lays the `ASSAY_*` variables over a raw configuration. `complete` is a full configuration: it tells which keys exist, and
 * a text key takes the variable as it is while any other key reads it as YAML. Returns faults.
 */
export function applyEnvironment(
  raw: Tree,
  env: NodeJS.ProcessEnv,
  complete: Tree,
  choices: readonly Choice[] = [],
): string[] {
  const paths = [...leafPaths(complete), ...choices.flatMap(choicePaths)];
  const byName = new Map(paths.map((path) => [variableName(path), path]));
  const faults = choices.flatMap((choice) => settleChoice(raw, env, choice));
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith("ASSAY_") || text === undefined) continue;
    const path = byName.get(name);
    if (path === undefined) {
      faults.push(`${name}: unknown variable; did you mean ${nearest(name, [...byName.keys()])}?`);
      continue;
    }
    try {
      const leaf = leafAt(complete, path);
      // What a default does not show, because it is of another form, is text.
      assign(raw, path, typeof leaf === "string" || leaf === undefined ? text : parse(text), complete);
    } catch {
      faults.push(`${name}: the value is not valid YAML`);
    }
  }
  return faults;
}
