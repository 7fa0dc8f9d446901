import { parser } from "@prometheus-io/lezer-promql";

/** Series that Prometheus makes itself: they have the labels of a rule, and not those of a scrape. */
const ownSeries = new Set(["ALERTS"]);

/** A range that only Grafana knows, in the width of its name: places in the text stay the same. */
export const RATE_RANGE = "$__rate_interval";
const readable = "5m".padEnd(RATE_RANGE.length);

/** The text with ranges that a parser can read. */
export function withReadableRange(expr: string): string {
  return expr.replaceAll(RATE_RANGE, readable);
}

interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** Adds matchers to every selector of scraped series. Throws SyntaxError on what is no PromQL. */
export function withMatchers(expr: string, matchers: string): string {
  const readableText = withReadableRange(expr);
  const insertions: Insertion[] = [];
  parser.parse(readableText).iterate({
    enter: ({ type, node, to }) => {
      if (type.isError) throw new SyntaxError(`no PromQL: ${expr}`);
      if (type.name !== "VectorSelector") return;
      const name = node.getChild("Identifier");
      if (name !== null && ownSeries.has(readableText.slice(name.from, name.to))) return;
      const given = node.getChild("LabelMatchers");
      if (given === null) insertions.push({ at: to, text: `{${matchers}}` });
      else insertions.push({ at: given.to - 1, text: given.firstChild === null ? matchers : `,${matchers}` });
    },
  });
  return insertions
    .sort((a, b) => b.at - a.at)
    .reduce((text, { at, text: added }) => text.slice(0, at) + added + text.slice(at), expr);
}
