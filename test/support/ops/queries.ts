import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";

export const opsDir = resolve(import.meta.dirname, "../../../ops");

/** A query of a file, with the labels that its texts fill in. */
export interface NamedQuery {
  readonly where: string;
  readonly expr: string;
  readonly filledIn: readonly string[];
}

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat: string;
}

export interface GrafanaPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly Target[];
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly panels: readonly GrafanaPanel[];
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr: string }[] };
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly definition?: string }[];
  };
}

export interface RuleFile {
  readonly groups: readonly {
    readonly name: string;
    readonly interval: string;
    readonly rules: readonly AlertingRule[];
  }[];
}

export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export function dashboards(): Dashboard[] {
  return readdirSync(join(opsDir, "grafana"))
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(join(opsDir, "grafana", name), "utf8")) as Dashboard);
}

export function ruleFile(): RuleFile {
  return parse(readFileSync(join(opsDir, "prometheus/rules.yaml"), "utf8")) as RuleFile;
}

const namesIn = (pattern: RegExp, text: string): string[] =>
  [...text.matchAll(pattern)].map(([, name = ""]) => name);

/** `label_values(QUERY, LABEL)`, the only function of variables that the boards use. */
function variableQuery(text: string): { expr: string; filledIn: string[] } {
  const [, expr, label] = /^label_values\((.+), (\w+)\)$/.exec(text) ?? [];
  if (expr === undefined || label === undefined)
    throw new SyntaxError(`no label_values(QUERY, LABEL): ${text}`);
  return { expr, filledIn: [label] };
}

function ofDashboard({ uid, panels, annotations, templating }: Dashboard): NamedQuery[] {
  return [
    ...panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr, legendFormat }) => ({
        where: `${uid}: ${title}`,
        expr,
        filledIn: namesIn(/\{\{(\w+)\}\}/g, legendFormat),
      })),
    ),
    ...annotations.list.map(({ name, expr }) => ({
      where: `${uid}: annotation ${name}`,
      expr,
      filledIn: [],
    })),
    ...templating.list.flatMap(({ name, definition }) =>
      definition === undefined ? [] : [{ where: `${uid}: variable ${name}`, ...variableQuery(definition) }],
    ),
  ];
}

function ofRule({ alert, expr, annotations }: AlertingRule): NamedQuery {
  const texts = Object.values(annotations).join("\n");
  return { where: `rule ${alert}`, expr, filledIn: namesIn(/\$labels\.(\w+)/g, texts) };
}

/** Every query of the boards and rules, from the files that are shipped. */
export function allQueries(): NamedQuery[] {
  return [
    ...dashboards().flatMap(ofDashboard),
    ...ruleFile().groups.flatMap(({ rules }) => rules.map(ofRule)),
  ];
}
