import { fourDigits, percent } from "../../src/core/figures.ts";
import type { SimResult } from "../result.ts";
import { axisUnit } from "./figures.ts";
import {
  fiveDigits,
  fleetLooks,
  type Look,
  lookOf,
  type PlotLine,
  plotLines,
  strategyLooks,
  type Values,
} from "./lines.ts";

export interface Plot {
  readonly id: string;
  readonly title: string;
  /** What the values are, with their unit. */
  readonly note: string;
  readonly lines: readonly PlotLine[];
  /** The main plot: larger, with the names beside the ends of the lines. */
  readonly main: boolean;
  /** Values hold until the next time. */
  readonly stepped: boolean;
}

export interface Plots {
  readonly unit: string;
  /** In `unit`. */
  readonly t: readonly number[];
  readonly plots: readonly Plot[];
  /** The legend's word before a value of the horizontal axis, when that is not a time. */
  readonly lead?: string;
  /** Both axes are logarithmic. */
  readonly log?: true;
  /** Named values of the horizontal axis; only on logarithmic axes. */
  readonly marks?: readonly { readonly name: string; readonly at: number }[];
}

const inPercent = (values: Values): Values =>
  Object.fromEntries(
    Object.entries(values).map(([name, own]) => [
      name,
      own.map((value) => (value === null ? null : 100 * value)),
    ]),
  );

/** A level line per configured rate. */
function aims(result: SimResult, length: number): PlotLine[] {
  const rates = [...new Set(result.validators.map(({ design_rate: rate }) => rate))];
  return rates.map((rate, at) => ({
    ...lookOf("aim", at),
    name: `design ${percent(rate)}`,
    values: fiveDigits(Array(length).fill(100 * rate), length),
  }));
}

type Named = Pick<Plot, "id" | "title" | "note">;
const plot = (named: Named, lines: readonly PlotLine[], how: { main?: true; stepped?: true } = {}): Plot => ({
  ...named,
  lines,
  main: how.main ?? false,
  stepped: how.stepped ?? false,
});

function strategyPlots({ series }: SimResult, looks: ReadonlyMap<string, Look>): Plot[] {
  const { length } = series.t;
  return [
    plot(
      { id: "profit", title: "Profit of a miner", note: "Money earned so far less cost, mean by strategy" },
      plotLines(series.profit, length, looks),
      { main: true },
    ),
    plot(
      {
        id: "suspended",
        title: "Suspended miners",
        note: "Miners that at least one validator suspends, by strategy",
      },
      plotLines(series.suspended, length, looks),
      { stepped: true },
    ),
  ];
}

function fleetPlots({ series }: SimResult, looks: ReadonlyMap<string, Look>): Plot[] {
  const { length } = series.t;
  return [
    plot(
      { id: "work", title: "Work", note: "Answers per minute and miner, by fleet" },
      plotLines(series.work, length, looks),
    ),
    plot(
      { id: "cap", title: "Cap", note: "Jobs that one miner may have at once, mean by fleet" },
      plotLines(series.cap, length, looks),
    ),
  ];
}

function validatorPlots(result: SimResult): Plot[] {
  const { series } = result;
  const { length } = series.t;
  const looks = new Map(result.validators.map(({ name }, at) => [name, lookOf("plain", at)]));
  return [
    plot(
      {
        id: "rate",
        title: "Realised rate",
        note: "Share of the draws so far that was sampled, percent, by validator",
      },
      [...plotLines(inPercent(series.rate), length, looks), ...aims(result, length)],
    ),
    plot(
      { id: "in-flight", title: "Jobs in flight", note: "Sent and not yet answered, by validator" },
      plotLines(series.in_flight, length, looks),
    ),
    plot(
      { id: "backlog", title: "Backlog", note: "Verification units that are pending, by validator" },
      plotLines(series.backlog, length, looks),
    ),
  ];
}

/** All plots of a result that have data, the main one first. */
export function plotsOf(result: SimResult): Plots {
  const { t } = result.series;
  const unit = axisUnit(result.simulated_ms);
  const looks = strategyLooks(result);
  const all = [
    ...strategyPlots(result, looks),
    ...validatorPlots(result),
    ...fleetPlots(result, fleetLooks(result, looks)),
  ];
  const has = ({ lines }: Plot): boolean =>
    lines.some(({ role, values }) => role !== "aim" && values.some((value) => value !== null));
  return {
    unit: unit.name,
    t: fiveDigits(
      t.map((ms) => ms / unit.ms),
      t.length,
    ) as number[],
    plots: all.filter(has),
  };
}

/** The plot in words: the last values of its lines. */
export function plotWords({ title, note, lines }: Plot): string {
  const ends = lines.map(
    ({ name, values }) => `${name} ${fourDigits(values.findLast((value) => value !== null) ?? null)}`,
  );
  return `${title}: ${note}. At the end: ${ends.join("; ")}.`;
}
