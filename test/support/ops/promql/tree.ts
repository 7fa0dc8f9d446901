import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import { withReadableRange } from "../../../../ops/make/selectors.ts";

const expressions = new Set([
  ...["AggregateExpr", "BinaryExpr", "FunctionCall", "MatrixSelector", "NumberDurationLiteral", "OffsetExpr"],
  ...["ParenExpr", "StringLiteral", "SubqueryExpr", "UnaryExpr", "VectorSelector", "StepInvariantExpr"],
]);

/** A node with the text that it was read from. */
export interface Part {
  readonly node: SyntaxNode;
  readonly type: string;
  readonly text: string;
}

function partOf(node: SyntaxNode, whole: string): Part {
  return { node, type: node.type.name, text: whole.slice(node.from, node.to) };
}

/** Reads a query, in which Grafana's own range may stand. Throws SyntaxError. */
export function parsed(text: string): { readonly root: Part; readonly whole: string } {
  const whole = withReadableRange(text);
  const tree = parser.parse(whole);
  tree.iterate({
    enter: ({ type, from }) => {
      if (type.isError) throw new SyntaxError(`no PromQL at ${from}: ${text}`);
    },
  });
  const root = expressionsIn(tree.topNode, whole)[0];
  if (root === undefined) throw new SyntaxError(`no expression: ${text}`);
  return { root, whole };
}

export function childrenOf(node: SyntaxNode, whole: string): Part[] {
  const children: Part[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling)
    children.push(partOf(child, whole));
  return children;
}

/** The operands and arguments of a node. */
export function expressionsIn(node: SyntaxNode, whole: string): Part[] {
  return childrenOf(node, whole).filter(({ type }) => expressions.has(type));
}

export function childOf(node: SyntaxNode, name: string, whole: string): Part | null {
  const child = node.getChild(name);
  return child === null ? null : partOf(child, whole);
}

/** Names in `(a, b)` after a modifier. */
export function groupingLabels(node: SyntaxNode, whole: string): string[] {
  return childrenOf(node, whole)
    .filter(({ type }) => type === "LabelName")
    .map(({ text }) => text);
}
