import { parse } from "yaml";
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

/**
 * Lays the `ASSAY_*` variables over a raw configuration. `complete` is a full configuration: it tells which keys exist, and
 * a text key takes the variable as it is while any other key reads it as YAML. Returns faults.
 */
export function applyEnvironment(raw: Tree, env: NodeJS.ProcessEnv, complete: Tree): string[] {
  const byName = new Map(leafPaths(complete).map((path) => [variableName(path), path]));
  const faults: string[] = [];
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith("ASSAY_") || text === undefined) continue;
    const path = byName.get(name);
    if (path === undefined) {
      faults.push(`${name}: unknown variable; did you mean ${nearest(name, [...byName.keys()])}?`);
      continue;
    }
    try {
      assign(raw, path, typeof leafAt(complete, path) === "string" ? text : parse(text), complete);
    } catch {
      faults.push(`${name}: the value is not readable as YAML`);
    }
  }
  return faults;
}
