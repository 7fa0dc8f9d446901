import { readFileSync } from "node:fs";
import { type Document, parseDocument, visit } from "yaml";
import type { z } from "zod";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import { applyEnvironment } from "./environment.ts";
import { type FormChoice, metricsChoice } from "./metricsSchema.ts";
import { nearest } from "./nearest.ts";
import { type Config, configSchema, relationFaults } from "./schema.ts";

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

function describeIssue(issue: z.core.$ZodIssue, defaults: Config): string[] {
  if (issue.code === "invalid_key")
    return issue.issues.map(({ message }) => `${describePath(issue.path)}: ${message}`);
  if (issue.code !== "unrecognized_keys") return [`${describePath(issue.path)}: ${issue.message}`];
  const choice = choices.find(({ path }) => path.join(".") === issue.path.join("."));
  const ofForms = choice?.forms.flat() ?? [];
  return issue.keys.map((key) => {
    if (choice !== undefined && ofForms.includes(key)) return `${describePath(issue.path)}: ${choice.fault}`;
    const near = nearest(key, [...knownKeys(issue.path, defaults), ...ofForms]);
    return `${describePath([...issue.path, key])}: unknown key${near ? `; did you mean "${near}"?` : ""}`;
  });
}

/** Decimals that a float does not keep exactly: up to 15 significant digits always survive. */
function inexactNumbers(document: Document): string[] {
  const faults: string[] = [];
  visit(document, {
    Scalar: (_, { value, source }) => {
      const digits = source?.replace(/e.*$/i, "").replace(/^[-+0.]+|\./g, "") ?? "";
      if (typeof value === "number" && digits.length > 15 && !Number.isSafeInteger(value))
        faults.push(`${source}: YAML does not read more than 15 digits exactly; put the number in quotes`);
    },
  });
  return faults;
}

function readTree(file: string): Tree {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new AssayError({ code: "config_unreadable", file, cause_text: causeText(error) });
  }
  const document = parseDocument(text);
  const faults = document.errors.map((error) => error.message.split("\n")[0] ?? "not YAML");
  faults.push(...inexactNumbers(document));
  const tree: unknown = faults.length > 0 ? null : (document.toJS() ?? {});
  if (faults.length === 0 && (typeof tree !== "object" || Array.isArray(tree)))
    faults.push("not a YAML mapping");
  if (faults.length > 0) throw new AssayError({ code: "config_invalid", file, faults });
  return tree as Tree;
}

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const child of Object.values(value)) freeze(child);
    Object.freeze(value);
  }
  return value;
}

/** The configuration with every default. */
export function defaultConfig(): Config {
  return freeze(configSchema.parse({}));
}

/** Parses all sources once and freezes the result; throws `config_invalid` with every fault in one report. */
export function loadConfig(sources: ConfigSources): Config {
  const defaults = defaultConfig();
  const raw = sources.file === null ? {} : readTree(sources.file);
  const where = sources.file ?? "configuration";
  const faults = applyEnvironment(raw, sources.env, defaults as unknown as Tree, choices);
  sources.override?.(raw);
  const parsed = configSchema.safeParse(raw);
  if (!parsed.success) faults.push(...parsed.error.issues.flatMap((issue) => describeIssue(issue, defaults)));
  else faults.push(...relationFaults(parsed.data));
  if (faults.length > 0 || !parsed.success)
    throw new AssayError({ code: "config_invalid", file: where, faults });
  return freeze(parsed.data);
}
