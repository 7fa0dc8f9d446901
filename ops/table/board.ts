/** How the values of a panel read; the names are Grafana's. */
export type Unit =
  | "short"
  | "none"
  | "s"
  | "bytes"
  | "percentunit"
  | "reqps"
  | "ops"
  | "Bps"
  | "cps"
  | "dateTimeFromNow"
  | "bool_yes_no";

export interface Query {
  /** PromQL without the labels of the scrape, which are added; `$range` stands for the range of a rate. */
  readonly expr: string;
  /** Of one series: `{{label}}` stands for the value of a label. */
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  /** What it shows and how to read it. */
  readonly text: string;
  /** Lines over time, lines that are stacked, one number now, or states over time. */
  readonly kind: "lines" | "stack" | "number" | "states";
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** Drawn as a line, or as the value at which a number turns red. */
  readonly limit?: number;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Rule {
  /** In lower case, with `assay_` before it; the section of docs/runbook.md has the same name. */
  readonly name: string;
  readonly expr: string;
  /** How long it must hold, as Prometheus writes it: `5m`. */
  readonly for: string;
  readonly severity: "critical" | "warning";
  /** One line for the person who is woken; `{{ $labels.x }}` and `{{ $value }}` are filled in. */
  readonly summary: string;
}

/** One concern: what is drawn of it, and what raises an alert. */
export interface Board {
  /** Part of the board's address, so it never changes. */
  readonly uid: string;
  readonly title: string;
  readonly text: string;
  readonly rows: readonly Row[];
  readonly rules: readonly Rule[];
}

export const query = (expr: string, legend: string): Query => ({ expr, legend });

/** A counter whose series may begin at 1: `increase` does not see the first event of a process, so a new series counts too. */
export function happened(metric: string, range: string): string {
  return `increase(${metric}[${range}]) > 0 or (${metric} > 0 unless (${metric} offset ${range}))`;
}

/** A share above a bound, where there is enough to tell: `of` and `part` are counts. */
export function shareAbove(part: string, of: string, most: number, least: number): string {
  return `(${part}) / (${of}) > ${most} and (${of}) >= ${least}`;
}
