import { stringify } from "yaml";
import { z } from "zod";
import { defaultConfig } from "./load.ts";
import { configSchema } from "./schema.ts";

type Tree = Record<string, unknown>;
interface Described {
  readonly description?: string;
  readonly properties?: Record<string, Described>;
}

const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function lines(tree: Tree, schema: Described | undefined, depth: number): string[] {
  const indent = "  ".repeat(depth);
  return Object.entries(tree).flatMap(([key, value]) => {
    const described = schema?.properties?.[key];
    const comment = described?.description ? [`${indent}# ${described.description}`] : [];
    if (isTree(value)) return [...comment, `${indent}${key}:`, ...lines(value, described, depth + 1)];
    return [...comment, `${indent}${key}: ${stringify(value, { collectionStyle: "flow" }).trimEnd()}`];
  });
}

/** A commented assay.yaml with every key at its default. */
export function starterConfig(): string {
  const schema = z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" }) as Described;
  const head = [
    "# assay.yaml: every key with its default. Keys that you do not change can be removed.",
    "# Environment variables override this file (ASSAY_ADMIT_GATE_SLOTS for admit.gate.slots); flags override both.",
    "# Paths are relative to the data directory.",
  ];
  return `${[...head, ...lines(defaultConfig() as unknown as Tree, schema, 0)].join("\n")}\n`;
}
