import { leafPaths, variableName } from "./environment.ts";
import { shownValue } from "./shownValue.ts";

type Tree = Record<string, unknown>;

export const configSources = ["default", "file", "environment", "flag"] as const;
export type ConfigSource = (typeof configSources)[number];

/** One key of the configuration in force, with where its value comes from. */
export interface ConfigItem {
  /** `admit.gate.wait_ms`. */
  readonly key: string;
  /** Secrets are hidden. */
  readonly value: unknown;
  readonly source: ConfigSource;
  /** The line of the file, or the variable; null for defaults and flags. */
  readonly place: string | null;
}

/** The raw configuration as each source left it; later ones override earlier ones. */
export interface ConfigLayers {
  readonly file: Tree;
  readonly environment: Tree;
  readonly flags: Tree;
  readonly env: NodeJS.ProcessEnv;
  /** The line of the file's deepest key of a path. */
  line(path: readonly string[]): number | null;
}

function at(tree: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((node, key) => (node as Tree | null | undefined)?.[key], tree);
}

/** The variable that set the key, or a branch above it. */
function variableOf(path: readonly string[], env: NodeJS.ProcessEnv): string | null {
  const names = path.map((_, i) => variableName(path.slice(0, path.length - i)));
  return names.find((name) => env[name] !== undefined) ?? null;
}

function originOf(path: readonly string[], layers: ConfigLayers): Pick<ConfigItem, "source" | "place"> {
  const [before, after] = [at(layers.environment, path), at(layers.flags, path)];
  if (JSON.stringify(before) !== JSON.stringify(after)) return { source: "flag", place: null };
  const variable = variableOf(path, layers.env);
  if (variable !== null) return { source: "environment", place: variable };
  if (at(layers.file, path) === undefined || before === undefined) return { source: "default", place: null };
  const line = layers.line(path);
  return { source: "file", place: line === null ? null : `line ${line}` };
}

/** Every key of a complete configuration, in its order. */
export function configInForce(config: object, layers: ConfigLayers): ConfigItem[] {
  return leafPaths(config as Tree).map((path) => ({
    key: path.join("."),
    value: shownValue(path.at(-1) ?? "", at(config, path)),
    ...originOf(path, layers),
  }));
}
