import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { nearest } from "../../src/config/nearest.ts";
import { home } from "../../src/core/home.ts";
import { AssayError, causeText } from "../../src/core/problems/assayError.ts";
import type { Scenario } from "../scenario.ts";
import { faultsOf } from "./faults.ts";
import { scenarioJsonSchema } from "./jsonSchema.ts";
import { refuse } from "./refuse.ts";
import { scenarioFaults } from "./relations.ts";
import { type ScenarioFile, scenarioSchema } from "./schema.ts";
import { checkSize, readYaml } from "./yaml.ts";

const ENDING = ".yaml";
const folder = fileURLToPath(new URL("sim/scenarios", home));

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const child of Object.values(value)) freeze(child);
    Object.freeze(value);
  }
  return value;
}

function scenarioOf(file: ScenarioFile, name: string): Scenario {
  const { title = name, duration, events, ...rest } = file;
  const inOrder = events.toSorted((a, b) => a.at_ms - b.at_ms);
  return freeze({ ...rest, name, title, duration_ms: duration, events: inOrder });
}

/**
 * The scenario of a YAML text; its name is the file's, without folder and ending. Complete, with every default, and frozen; the events in
 * order of time. Throws `config_invalid` with every fault and its path in one report.
 */
export function readScenario(text: string, file: string): Scenario {
  const parsed = scenarioSchema.safeParse(readYaml(text, file));
  const known = parsed.success ? {} : scenarioJsonSchema();
  const faults = parsed.success
    ? scenarioFaults(parsed.data)
    : parsed.error.issues.flatMap((issue) => faultsOf(issue, known));
  if (faults.length > 0 || !parsed.success) return refuse(file, faults);
  return scenarioOf(parsed.data, basename(file, extname(file)));
}

/** Names of the built-in scenarios, in order. */
export function builtInScenarios(): readonly string[] {
  const files = readdirSync(folder).filter((file) => extname(file) === ENDING);
  return files.map((file) => basename(file, ENDING)).toSorted();
}

function builtInFile(name: string): string {
  const known = builtInScenarios();
  if (known.includes(name)) return join(folder, `${name}${ENDING}`);
  const message = `there is no scenario "${name}"; did you mean ${nearest(name, known)}? Name a file with its extension or its folder; the built-in scenarios are ${known.join(", ")}`;
  throw new AssayError({ code: "usage", message });
}

/**
 * A scenario by its name (no ending, no slash: one of the built-in ones) or from a file. Throws `usage` for an unknown name,
 * `config_unreadable`, `config_invalid`.
 */
export function loadScenario(nameOrFile: string): Scenario {
  const file = /[./\\]/.test(nameOrFile) ? nameOrFile : builtInFile(nameOrFile);
  let text: string;
  try {
    const found = statSync(file);
    // A device or a pipe has no size, and may have no end.
    if (!found.isFile()) throw new Error("it is not a file");
    checkSize(found.size, file);
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof AssayError) throw error;
    throw new AssayError({ code: "config_unreadable", file, cause_text: causeText(error) });
  }
  return readScenario(text, file);
}
