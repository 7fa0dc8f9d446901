import type { Board, Panel } from "../table/board.ts";
import { fieldConfig, optionsOf, panelTypes } from "./panels.ts";
import { RATE_RANGE, withMatchers } from "./selectors.ts";

/** Of classic dashboards, which every version of Grafana since 12 reads; it was the last one before they became resources. */
const SCHEMA_VERSION = 42;
/** The version that ops/compose.yaml runs. */
export const GRAFANA_VERSION = "13.2.3";

const WIDTH = 24;
const dataSource = { type: "prometheus", uid: "$datasource" };
/** What every query of a board asks for besides its own labels. */
const MATCHERS = 'job=~"$job",instance=~"$instance"';

const variable = (name: string, label: string, query: string, more: object) => ({
  ...{ name, label, type: "query", datasource: dataSource, hide: 0, refresh: 2, regex: "", sort: 1 },
  ...{ definition: query, query: { query, refId: `variable-${name}` }, skipUrlSync: false, options: [] },
  ...more,
});

const everything = { text: ["All"], value: ["$__all"] };

/** The data source first: the others ask it. */
const variables = [
  {
    ...{ name: "datasource", label: "Data source", type: "datasource", query: "prometheus", hide: 0 },
    ...{ refresh: 1, regex: "", multi: false, includeAll: false, options: [], skipUrlSync: false },
    current: {},
  },
  variable("job", "Job", "label_values(assay_hotkeys_known, job)", {
    ...{ multi: false, includeAll: false },
    current: { text: "assay", value: "assay" },
  }),
  variable("instance", "Process", 'label_values(assay_hotkeys_known{job=~"$job"}, instance)', {
    ...{ multi: true, includeAll: true, allValue: ".+" },
    current: everything,
  }),
];

function targetsOf({ queries, kind }: Panel) {
  return queries.map(({ expr, legend }, at) => ({
    refId: String.fromCharCode("A".charCodeAt(0) + at),
    datasource: dataSource,
    editorMode: "code",
    expr: withMatchers(expr.replaceAll("$range", RATE_RANGE), MATCHERS),
    legendFormat: legend,
    ...(kind === "number" ? { instant: true, range: false } : { instant: false, range: true }),
  }));
}

const sizes = {
  number: { w: 6, h: 5 },
  lines: { w: 12, h: 8 },
  stack: { w: 12, h: 8 },
  states: { w: 12, h: 8 },
} as const satisfies Record<Panel["kind"], object>;

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** From left to right, and into the next line where there is no room. */
function placed(panels: readonly Panel[], top: number): { places: Place[]; bottom: number } {
  let [x, y, bottom] = [0, top, top];
  const places = panels.map(({ kind }) => {
    const { w, h } = sizes[kind];
    if (x + w > WIDTH) [x, y] = [0, bottom];
    const place = { x, y, w, h };
    x += w;
    bottom = Math.max(bottom, y + h);
    return place;
  });
  return { places, bottom };
}

function panelOf(panel: Panel, id: number, gridPos: Place) {
  return {
    ...{ id, gridPos, type: panelTypes[panel.kind], title: panel.title, description: panel.text },
    ...{ datasource: dataSource, pluginVersion: GRAFANA_VERSION, transparent: false },
    ...{ fieldConfig: fieldConfig(panel), options: optionsOf(panel), targets: targetsOf(panel) },
  };
}

function panelsOf({ rows }: Board): object[] {
  const made: object[] = [];
  let y = 0;
  for (const { title, panels } of rows) {
    const row = { id: made.length + 1, type: "row", title, collapsed: false, panels: [] };
    made.push({ ...row, gridPos: { x: 0, y, w: WIDTH, h: 1 } });
    const { places, bottom } = placed(panels, y + 1);
    for (const [at, panel] of panels.entries()) {
      const place = places[at];
      if (place !== undefined) made.push(panelOf(panel, made.length + 1, place));
    }
    y = bottom;
  }
  return made;
}

const alertsShown = {
  name: "Alerts",
  enable: true,
  hide: false,
  iconColor: "red",
  datasource: dataSource,
  expr: 'ALERTS{alertstate="firing",service="assay"}',
  titleFormat: "{{alertname}}",
  textFormat: "{{severity}}",
  step: "1m",
};

/** A board as Grafana reads it from a file. */
export function dashboardOf(board: Board): object {
  return {
    ...{ uid: board.uid, title: board.title, description: board.text, tags: ["assay"] },
    ...{ schemaVersion: SCHEMA_VERSION, version: 1, editable: true, graphTooltip: 1, preload: false },
    ...{ refresh: "30s", time: { from: "now-6h", to: "now" }, timezone: "browser", timepicker: {} },
    ...{ fiscalYearStartMonth: 0, annotations: { list: [alertsShown] }, templating: { list: variables } },
    links: [
      {
        ...{ type: "dashboards", title: "Boards of Assay", tags: ["assay"], icon: "external link", url: "" },
        ...{ asDropdown: true, includeVars: true, keepTime: true, targetBlank: false, tooltip: "" },
      },
    ],
    panels: panelsOf(board),
  };
}
