import type { z } from "zod";
import { nearest } from "../../src/config/nearest.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** The part of a JSON Schema that defines keys. */
interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
}

/** A node and its alternatives. */
function choices(node: Node): Node[] {
  return [node, ...[...(node.anyOf ?? []), ...(node.oneOf ?? [])].flatMap(choices)];
}

/** The keys that a mapping at the path may have. */
function keysAt(schema: Node, path: Path): string[] {
  let nodes = choices(schema);
  for (const step of path) {
    const next = nodes.map((node) =>
      typeof step === "number" ? node.items : node.properties?.[String(step)],
    );
    nodes = next.flatMap((node) => (node === undefined ? [] : choices(node)));
  }
  return [...new Set(nodes.flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

const textOf = (path: Path): string => path.map(String).join(".") || "(top level)";

/** Whether the issue shows that this alternative was not meant at all. */
function isOther({ code, path }: Issue): boolean {
  return (
    path.length === 0 && (code === "invalid_type" || code === "invalid_value" || code === "invalid_union")
  );
}

const weight = (issues: readonly Issue[]): number =>
  issues.reduce((sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 1), 0);

/** The issues of the alternative that was most likely meant; null when none is close. */
function meant(alternatives: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const near = alternatives.filter((issues) => issues.length > 0 && !issues.some(isOther));
  return near.toSorted((a, b) => weight(a) - weight(b))[0] ?? null;
}

/** An issue of the schema as faults with paths; for an unknown key with the nearest known one. */
export function faultsOf(issue: Issue, schema: object, above: Path = []): string[] {
  const path = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => {
      const near = nearest(key, keysAt(schema, path));
      return `${textOf([...path, key])}: unknown key${near ? `; did you mean "${near}"?` : ""}`;
    });
  const inner = issue.code === "invalid_union" ? meant(issue.errors) : null;
  return inner?.flatMap((one) => faultsOf(one, schema, path)) ?? [`${textOf(path)}: ${issue.message}`];
}
