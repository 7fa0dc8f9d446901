import type { Panel } from "../table/board.ts";

export const panelTypes = {
  lines: "timeseries",
  stack: "timeseries",
  number: "stat",
  states: "state-timeline",
} as const satisfies Record<Panel["kind"], string>;

const thresholdsOf = ({ limit }: Panel) => ({
  mode: "absolute",
  steps: [{ color: "green", value: null }, ...(limit === undefined ? [] : [{ color: "red", value: limit }])],
});

/** Of states: 0 and 1 as what they mean. */
const openOrNot = [
  {
    type: "value",
    options: { 0: { text: "no", color: "green", index: 0 }, 1: { text: "yes", color: "red", index: 1 } },
  },
];

function customOf({ kind, limit }: Panel): object {
  if (kind === "states") return { fillOpacity: 70, lineWidth: 0 };
  return {
    ...{
      drawStyle: "line",
      lineInterpolation: "linear",
      lineWidth: 1,
      showPoints: "never",
      spanNulls: false,
    },
    fillOpacity: kind === "stack" ? 25 : 0,
    stacking: { mode: kind === "stack" ? "normal" : "none", group: "A" },
    thresholdsStyle: { mode: limit === undefined ? "off" : "line" },
  };
}

export function fieldConfig(panel: Panel): object {
  const { kind, unit } = panel;
  const color = { mode: kind === "lines" || kind === "stack" ? "palette-classic" : "thresholds" };
  return {
    defaults: {
      ...{ unit, color, thresholds: thresholdsOf(panel) },
      mappings: kind === "states" ? openOrNot : [],
      ...(kind === "number" ? {} : { custom: customOf(panel) }),
    },
    overrides: [],
  };
}

const legend = { showLegend: true, displayMode: "table", placement: "bottom", calcs: ["lastNotNull", "max"] };
const tooltip = { mode: "multi", sort: "desc" };

export function optionsOf({ kind, limit }: Panel): object {
  switch (kind) {
    case "lines":
    case "stack":
      return { legend, tooltip };
    case "states":
      return {
        ...{ mergeValues: true, showValue: "never", alignValue: "left", rowHeight: 0.9 },
        legend: { ...legend, displayMode: "list", calcs: [] },
        tooltip: { mode: "single", sort: "none" },
      };
    case "number":
      return {
        reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false },
        ...{ orientation: "auto", textMode: "auto", justifyMode: "auto", wideLayout: true },
        ...{ graphMode: "none", colorMode: limit === undefined ? "none" : "value" },
      };
  }
}
