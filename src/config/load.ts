import type { z } from "zod";
import { AssayError } from "../core/problems/assayError.ts";
import { completeFor } from "./chainKind.ts";
import type { LocalChainConfig } from "./chainSchema.ts";
import { applyEnvironment, variableName } from "./environment.ts";
import { type ConfigItem, configInForce } from "./inForce.ts";
import { type FormChoice, metricsChoice } from "./metricsSchema.ts";
import { nearest } from "./nearest.ts";
import { type ConfigText, readConfigText } from "./read.ts";
import { relationFaults } from "./relations.ts";
import { type Config, configSchema } from "./schema.ts";

type Tree = Record<string, unknown>;

const choices: readonly FormChoice[] = [metricsChoice];

/** Where a configuration comes from; later sources override earlier ones. */
export interface ConfigSources {
  /** Path of assay.yaml; null for defaults alone. */
  readonly file: string | null;
  readonly env: NodeJS.ProcessEnv;
  /** Applied after file and environment: flags, or the settings of a demo. */
  readonly override?: (raw: Tree) => void;
}

const describePath = (path: readonly PropertyKey[]): string => path.map(String).join(".") || "(top level)";

function knownKeys(path: readonly PropertyKey[], defaults: unknown): string[] {
  const node = path.reduce<unknown>((at, key) => {
    const tree = at as Tree | undefined;
    return tree?.[String(key)] ?? Object.values(tree ?? {})[0];
  }, defaults);
  return Object.keys((node as Tree | undefined) ?? {});
}

/** Where a value was set: the variable, or the line of the file. */
type Origin = (path: readonly PropertyKey[]) => string | null;

function originOf(text: ConfigText, env: NodeJS.ProcessEnv): Origin {
  return (path) => {
    const variable = variableName(path.map(String));
    if (env[variable] !== undefined) return variable;
    const line = text.line(path);
    return line === null ? null : `line ${line}`;
  };
}

function placed(path: readonly PropertyKey[], fault: string, origin: Origin): string {
  const place = origin(path);
  return `${describePath(path)}: ${fault}${place === null ? "" : ` (${place})`}`;
}

function describeIssue(issue: z.core.$ZodIssue, complete: Tree, origin: Origin): string[] {
  if (issue.code === "invalid_key")
    return issue.issues.map(({ message }) => placed(issue.path, message, origin));
  if (issue.code !== "unrecognized_keys") return [placed(issue.path, issue.message, origin)];
  const choice = choices.find(({ path }) => path.join(".") === issue.path.join("."));
  const ofForms = choice?.forms.flat() ?? [];
  return issue.keys.map((key) => {
    if (choice !== undefined && ofForms.includes(key)) return placed(issue.path, choice.fault, origin);
    const near = nearest(key, [...knownKeys(issue.path, complete), ...ofForms]);
    return placed([...issue.path, key], `unknown key${near ? `; did you mean "${near}"?` : ""}`, origin);
  });
}

const noText = (): ConfigText => ({ tree: {}, line: () => null });

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const child of Object.values(value)) freeze(child);
    Object.freeze(value);
  }
  return value;
}

/** The configuration with every default. */
export function defaultConfig(): Config & { readonly chain: LocalChainConfig } {
  const config = configSchema.parse({});
  const { chain } = config;
  if (chain.kind !== "local") throw new TypeError("the default chain is the local one");
  return freeze({ ...config, chain });
}

/** A configuration, and where each of its values comes from. */
export interface LoadedConfig {
  readonly config: Config;
  readonly items: readonly ConfigItem[];
}

/** Parses all sources once and freezes the result; throws `config_invalid` with every fault in one report. */
export function loadConfigItems(sources: ConfigSources): LoadedConfig {
  const { env } = sources;
  const text: ConfigText = sources.file === null ? noText() : readConfigText(sources.file);
  const raw = text.tree;
  const file = structuredClone(raw);
  const where = sources.file ?? "configuration";
  const origin = originOf(text, env);
  const complete = completeFor(raw, env, defaultConfig() as unknown as Tree);
  const faults = applyEnvironment(raw, env, complete, choices);
  const environment = structuredClone(raw);
  sources.override?.(raw);
  const parsed = configSchema.safeParse(raw);
  if (!parsed.success)
    faults.push(...parsed.error.issues.flatMap((issue) => describeIssue(issue, complete, origin)));
  else faults.push(...relationFaults(parsed.data, raw));
  if (faults.length > 0 || !parsed.success)
    throw new AssayError({ code: "config_invalid", file: where, faults });
  const layers = { file, environment, flags: raw, env, line: text.line };
  return { config: freeze(parsed.data), items: configInForce(parsed.data, layers) };
}

export function loadConfig(sources: ConfigSources): Config {
  return loadConfigItems(sources).config;
}
