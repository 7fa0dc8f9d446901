import { stringify } from "yaml";
import { z } from "zod";
import { AssayError } from "../core/problems/assayError.ts";
import { defaultConfig } from "./load.ts";
import { configSchema } from "./schema.ts";

type Tree = Record<string, unknown>;
interface Described {
  readonly description?: string;
  readonly properties?: Record<string, Described>;
  readonly oneOf?: readonly Described[];
  readonly const?: unknown;
}

const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Of a section with several kinds, the one that the value is of. */
function formOf(described: Described | undefined, value: unknown): Described | undefined {
  if (described?.oneOf === undefined || !isTree(value)) return described;
  return described.oneOf.find(({ properties }) => properties?.kind?.const === value.kind);
}

function lines(tree: Tree, schema: Described | undefined, depth: number): string[] {
  const indent = "  ".repeat(depth);
  return Object.entries(tree).flatMap(([key, value]) => {
    const described = formOf(schema?.properties?.[key], value);
    const comment = described?.description ? [`${indent}# ${described.description}`] : [];
    if (isTree(value)) return [...comment, `${indent}${key}:`, ...lines(value, described, depth + 1)];
    return [...comment, `${indent}${key}: ${stringify(value, { collectionStyle: "flow" }).trimEnd()}`];
  });
}

/** Every key of a start: where the chain names subnet and hotkey, the keys that would name them again are left out. */
function startTree(chain: Tree | null): Tree {
  if (chain === null) return defaultConfig() as unknown as Tree;
  const parsed = configSchema.safeParse({ chain });
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new AssayError({ code: "config_invalid", file: "configuration", faults });
  }
  const { network: _, netuid: __, ...config } = parsed.data;
  const { hotkey, ...keys } = config.keys;
  const isNamed = config.chain.kind === "subtensor" && config.chain.wallet !== null;
  return { ...config, keys: isNamed ? keys : { hotkey, ...keys } };
}

/** A commented assay.yaml with every key at its default, but for the chain's section where one is given. Throws `config_invalid`. */
export function starterConfig(chain: Tree | null = null): string {
  const schema = z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" }) as Described;
  const head = [
    "# assay.yaml: every key with its default. Keys that you do not change can be removed.",
    "# Environment variables override this file (ASSAY_ADMIT_GATE_SLOTS for admit.gate.slots); flags override both.",
    "# Paths are relative to the data directory.",
  ];
  return `${[...head, ...lines(startTree(chain), schema, 0)].join("\n")}\n`;
}
