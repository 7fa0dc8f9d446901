import type { Exposed } from "../exposed.ts";

/** What a selector can select. */
export interface Series {
  readonly kind: "counter" | "gauge";
  readonly labels: ReadonlySet<string>;
  /** The metric that it is of; null for what Prometheus makes itself. */
  readonly metric: string | null;
}

const scraped = ["job", "instance"];
const own: Readonly<Record<string, Series>> = {
  up: { kind: "gauge", labels: new Set(scraped), metric: null },
  ALERTS: {
    kind: "gauge",
    labels: new Set(["alertname", "alertstate", "severity", "service", ...scraped]),
    metric: null,
  },
};

const ofHistograms = /_(bucket|sum|count)$/;

/** Of a name in a query; null where nothing has it. */
export function seriesOf(name: string, exposed: Exposed): Series | null {
  const known = own[name];
  if (known !== undefined) return known;
  const metric = exposed.get(name);
  if (metric !== undefined && metric.type !== "histogram")
    return {
      kind: metric.type === "counter" ? "counter" : "gauge",
      labels: new Set([...metric.labels, ...scraped]),
      metric: name,
    };
  const [ending = "", word] = ofHistograms.exec(name) ?? [];
  const base = name.slice(0, name.length - ending.length);
  const histogram = exposed.get(base);
  if (word === undefined || histogram?.type !== "histogram") return null;
  const labels = new Set([...histogram.labels, ...scraped, ...(word === "bucket" ? ["le"] : [])]);
  return { kind: "counter", labels, metric: base };
}
