import { BoundedMap } from "../core/boundedMap.ts";
import { parseFraction, threshold64 } from "../core/fraction.ts";
import type { Log } from "../core/log.ts";
import type { Counter, Gauge, Metrics } from "../core/metrics.ts";
import { RecentMap } from "../core/recentMap.ts";
import type { Draw } from "../flow/draw.ts";
import { SHOWN_EVERY } from "./drawCounts.ts";

/** Chance of a single false alarm over an unlimited run (Ville's inequality). */
const FALSE_ALARM = 1e-9;
/** Weight, in draws, of the prior that is centred on the design rate. */
const PRIOR = 100;
/** Recent draws remembered, so that an answer sent again is not counted as a new one. */
const RECENT = 16_384;
/** Lane, class and rate triples followed; a deployment has a handful. */
const SERIES = 256;

/** The evidence against one design rate. */
export interface Series {
  draws: number;
  sampled: number;
  /** Log of the betting martingale: at or above -ln(FALSE_ALARM) the design rate is refuted. */
  logEvidence: number;
  alarmed: boolean;
}

/** With the rate of its design, as a float. */
interface WatchedSeries extends Series {
  readonly rate: number;
}

/** One more outcome: the evidence grows by how much likelier the realised rate makes it than the design rate. */
export function observe(series: Series, rate: number, sampled: boolean): void {
  const seen = PRIOR * rate + series.sampled;
  const predicted = seen / (PRIOR + series.draws);
  const ratio = sampled ? predicted / rate : (1 - predicted) / (1 - rate);
  if (Number.isFinite(ratio) && ratio > 0) series.logEvidence += Math.log(ratio);
  // A design rate of 0 or 1 that is not kept to is refuted by a single outcome.
  if (sampled ? rate === 0 : rate === 1) series.logEvidence = Number.POSITIVE_INFINITY;
  series.draws++;
  if (sampled) series.sampled++;
}

export function isRefuted(series: Series): boolean {
  return series.logEvidence >= -Math.log(FALSE_ALARM);
}

/** Follows the realised rate of every lane and class, and raises an alarm when it leaves the design. */
export class RateWatch {
  readonly #series = new BoundedMap<string, WatchedSeries>(SERIES);
  readonly #recent = new RecentMap<true>(RECENT);
  readonly #log: Log;
  readonly #alarms: Counter;
  readonly #realised: Gauge;

  constructor(modules: { log: Log; metrics: Metrics }) {
    const { log, metrics } = modules;
    this.#log = log;
    this.#alarms = metrics.counter("assay_sample_rate_alarms_total", "Realised rate left the design", [
      "lane",
      "class",
    ]);
    this.#realised = metrics.gauge("assay_sample_realised_ratio", "Sampled share of the draws", [
      "lane",
      "class",
    ]);
  }

  /** Counts a draw once, however often it is asked for. */
  count(draw: Draw): void {
    if (this.#recent.get(draw.x) !== undefined) return;
    this.#recent.add(draw.x, true);
    const series = this.#seriesOf(draw);
    const { rate } = series;
    observe(series, rate, draw.sampled);
    const labels = { lane: draw.lane, class: draw.class };
    if (series.draws % SHOWN_EVERY === 0 || rate === 0 || rate === 1)
      this.#realised.set(series.sampled / series.draws, labels);
    if (series.alarmed || !isRefuted(series)) return;
    series.alarmed = true;
    this.#alarms.add(labels);
    this.#log.error("sample_rate_left_design", {
      ...labels,
      rate: draw.rate,
      draws: series.draws,
      sampled: series.sampled,
    });
  }

  #seriesOf(draw: Draw): WatchedSeries {
    const key = `${draw.lane} ${draw.class} ${draw.rate}`;
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    const fresh = { rate: rateNumber(draw.rate), draws: 0, sampled: 0, logEvidence: 0, alarmed: false };
    this.#series.set(key, fresh);
    return fresh;
  }
}

/** The rate that the threshold really gives, as a float: for the watch only, never for a decision. */
function rateNumber(text: string): number {
  const fraction = parseFraction(text);
  return fraction === null ? Number.NaN : Number(threshold64(fraction)) / 2 ** 64;
}
