import type { Exposed } from "../exposed.ts";
import { seriesOf } from "./series.ts";
import { childOf, childrenOf, expressionsIn, groupingLabels, type Part, parsed } from "./tree.ts";

/** Labels of the series of an expression; null for a number. */
type Labels = ReadonlySet<string> | null;

/** What a query uses, and what is wrong with it. */
export interface CheckedQuery {
  readonly faults: readonly string[];
  /** Metrics that it reads. */
  readonly metrics: ReadonlySet<string>;
  /** Literal values that it compares labels with. */
  readonly values: readonly { readonly label: string; readonly value: string }[];
  /** Labels that its result can have. */
  readonly labels: ReadonlySet<string>;
}

/** What a function reads, where the other kind would give nonsense without an error. */
const ofCounters = new Set(["rate", "increase", "irate", "resets"]);
const ofGauges = new Set([
  ...["delta", "idelta", "deriv", "predict_linear", "avg_over_time", "min_over_time", "max_over_time"],
  ...["quantile_over_time", "sum_over_time"],
]);
const setOperators = new Set(["And", "Or", "Unless"]);

/** Follows the labels of series through an expression, as Prometheus would. */
class Checker {
  readonly faults: string[] = [];
  readonly metrics = new Set<string>();
  readonly values: { label: string; value: string }[] = [];
  readonly #whole: string;
  readonly #exposed: Exposed;

  constructor(whole: string, exposed: Exposed) {
    this.#whole = whole;
    this.#exposed = exposed;
  }

  labelsOf(part: Part, within: string | null = null): Labels {
    switch (part.type) {
      case "NumberDurationLiteral":
      case "StringLiteral":
        return null;
      case "VectorSelector":
        return this.#selector(part, within);
      case "AggregateExpr":
        return this.#aggregate(part, within);
      case "FunctionCall":
        return this.#call(part);
      case "BinaryExpr":
        return this.#binary(part, within);
      default: {
        const [inner] = expressionsIn(part.node, this.#whole);
        return inner === undefined ? this.#fault(`cannot read ${part.text}`) : this.labelsOf(inner, within);
      }
    }
  }

  #fault(text: string): ReadonlySet<string> {
    this.faults.push(text);
    return new Set();
  }

  #selector(part: Part, within: string | null): Labels {
    const name = childOf(part.node, "Identifier", this.#whole)?.text ?? "";
    const series = seriesOf(name, this.#exposed);
    if (series === null) return this.#fault(`no validator exposes ${name}`);
    if (series.metric !== null) this.metrics.add(series.metric);
    if (within !== null && ofCounters.has(within) && series.kind !== "counter")
      this.#fault(`${within} of ${name}, which is a gauge`);
    if (within !== null && ofGauges.has(within) && series.kind !== "gauge")
      this.#fault(`${within} of ${name}, which is a counter`);
    const matchers = childOf(part.node, "LabelMatchers", this.#whole);
    for (const matcher of matchers === null ? [] : childrenOf(matchers.node, this.#whole))
      this.#matcher(matcher, name, series.labels);
    return series.labels;
  }

  #matcher({ node }: Part, name: string, labels: ReadonlySet<string>): void {
    const label = childOf(node, "LabelName", this.#whole)?.text ?? "";
    if (!labels.has(label)) this.#fault(`${name} has no label ${label}`);
    const text = childOf(node, "StringLiteral", this.#whole)?.text.slice(1, -1) ?? "";
    for (const value of text.startsWith("$") ? [] : text.split("|")) this.values.push({ label, value });
  }

  #aggregate({ node }: Part, within: string | null): Labels {
    const whole = this.#whole;
    const body = node.getChild("FunctionCallBody");
    const inner = body === null ? undefined : expressionsIn(body, whole).at(-1);
    const labels = (inner === undefined ? null : this.labelsOf(inner, within)) ?? new Set<string>();
    const modifier = node.getChild("AggregateModifier");
    if (modifier === null) return new Set();
    const grouping = modifier.getChild("GroupingLabels");
    const named = grouping === null ? [] : groupingLabels(grouping, whole);
    for (const label of named) if (!labels.has(label)) this.#fault(`nothing to group has a label ${label}`);
    if (modifier.getChild("By") !== null) return new Set(named);
    return new Set([...labels].filter((label) => !named.includes(label)));
  }

  #call(part: Part): Labels {
    const whole = this.#whole;
    const name = childOf(part.node, "FunctionIdentifier", whole)?.text ?? "";
    const body = part.node.getChild("FunctionCallBody");
    const args = body === null ? [] : expressionsIn(body, whole);
    const all = args.map((arg) => this.labelsOf(arg, name));
    if (name === "vector") return new Set();
    if (name === "time" || name === "scalar") return null;
    const labels = all.find((one) => one !== null);
    if (labels === undefined || labels === null) return this.#fault(`${name} of no series`);
    if (name !== "histogram_quantile") return labels;
    if (!labels.has("le")) this.#fault("histogram_quantile of series without le");
    return new Set([...labels].filter((label) => label !== "le"));
  }

  #binary({ node, text }: Part, within: string | null): Labels {
    const [left, right] = expressionsIn(node, this.#whole);
    if (left === undefined || right === undefined) return this.#fault(`cannot read ${text}`);
    const [of, and] = [this.labelsOf(left, within), this.labelsOf(right, within)];
    if (of === null || and === null) return of ?? and;
    const operator = childrenOf(node, this.#whole).find(({ type }) => setOperators.has(type))?.type;
    if (operator === "Or") return new Set([...of, ...and]);
    const matching = node.getChild("MatchingModifierClause");
    if (matching !== null) return this.#fault(`on, ignoring and group are not checked: ${text}`);
    if (of.symmetricDifference(and).size > 0)
      this.#fault(`labels {${[...of]}} never match labels {${[...and]}}: ${text}`);
    return of;
  }
}

/** Checks a query against what validators expose: names, labels, what functions are of, and whether both sides can match. */
export function checkedQuery(text: string, exposed: Exposed): CheckedQuery {
  const { root, whole } = parsed(text);
  const checker = new Checker(whole, exposed);
  const labels = checker.labelsOf(root) ?? new Set<string>();
  const { faults, metrics, values } = checker;
  return { faults, metrics, values, labels };
}
